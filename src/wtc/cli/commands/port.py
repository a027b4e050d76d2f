"""`wtc port`."""

import sys
from typing import Annotated

from wtc.cli.declarations import Argument, Option
from wtc.cli.options import AsJson, require_one_of, with_target
from wtc.orchestrator.context.target import Target

EXAMPLES = "Example: wtc port web 80"


@with_target
def command(
    target: Target,
    service: Annotated[str, Argument(metavar="SERVICE")],
    private_port: Annotated[int, Argument(metavar="PRIVATE_PORT", min=1, max=65535)],
    protocol: Annotated[str, Option("--protocol", metavar="tcp|udp|sctp", help="The protocol.")] = "tcp",
    index: Annotated[int, Option("--index", metavar="N", help="Number of the replica.", min=1)] = 1,
    as_json: AsJson = False,
) -> None:
    """Print the host address of a container's port, as HOST:PORT."""
    from wtc.cli.render.endpoints import endpoint_document
    from wtc.cli.render.warnings import report_warnings
    from wtc.cli.terminal.output import print_json
    from wtc.orchestrator.port import port

    require_one_of("--protocol", protocol, ("tcp", "udp", "sctp"))
    namespace, endpoint = port(target, service, private_port, report_warnings, protocol=protocol, number=index)
    if as_json:
        place = {"worktree": namespace.worktree, "namespace": namespace.name}
        print_json({**place, **endpoint_document(endpoint)})
        return
    host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    sys.stdout.write(f"{host}:{endpoint.port}\n")
