"""`wtc attach`."""

import sys

from wtc.cli.container_options import Service
from wtc.cli.declarations import Option
from wtc.cli.options import with_target
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc attach --no-stdin web"


@with_target
def command(
    target: Target,
    service: Service,
    detach_keys: Annotated[
        str, Option("--detach-keys", metavar="KEYS", help="The keys that detach, such as `ctrl-p,ctrl-q`.")
    ] = "",
    index: Annotated[int, Option("--index", metavar="N", help="Number of the replica.", min=0, show_default=False)] = 0,
    no_stdin: Annotated[bool, Option("--no-stdin", help="Do not forward standard input.")] = False,
    sig_proxy: Annotated[
        bool, Option("--sig-proxy/--no-sig-proxy", help="Forward signals to a process without a terminal.")
    ] = True,
) -> int:
    """Attach to the first process of a service's container, and exit with its status.

    wtc prints what the process writes from now on; for what it has written, use `wtc logs`. Input is forwarded if the
    service has `stdin_open`. With `tty`, Ctrl-P Ctrl-Q detaches. A second Ctrl-C or SIGTERM ends wtc, too.
    """
    from wtc.cli.render.warnings import report_warnings
    from wtc.orchestrator.attach import attach
    from wtc.orchestrator.exec import Replica
    from wtc.orchestrator.session.container_options import descriptors

    sys.stdout.flush()
    place = Replica(service=service, number=index)
    local = descriptors(interactive=not no_stdin)
    return attach(target, place, local, report_warnings, keys=detach_keys, forwards_signals=sig_proxy)
