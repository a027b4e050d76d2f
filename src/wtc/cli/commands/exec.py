"""`wtc exec`."""

import sys

from wtc.cli import container_options as options
from wtc.cli.declarations import Argument, Option
from wtc.cli.options import require_exclusive, with_target_by_worktree
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc exec -u root web sh -c 'ls /tmp | wc -l'"
CONTEXT = options.PASS_THROUGH


@with_target_by_worktree
def command(
    target: Target,
    service: options.Service,
    words: Annotated[list[str], Argument(metavar="COMMAND [ARGS]...", show_default=False)],
    no_tty: options.NoTty = False,
    interactive: options.Interactive = True,
    tty: options.Tty = False,
    env: options.ExecEnv = None,
    user: options.User = "",
    workdir: options.Workdir = "",
    index: Annotated[int, Option("--index", metavar="N", help="Number of the replica.", min=0, show_default=False)] = 0,
    detach: Annotated[bool, Option("--detach", "-d", help="Run the command in the background.")] = False,
    privileged: Annotated[bool, Option("--privileged", help="Give the command all privileges.")] = False,
) -> int:
    """Run a command in a container of this worktree's stack, and exit with its status.

    The command has a terminal if standard input and output are terminals; Ctrl-P Ctrl-Q detaches from it.
    """
    from wtc.cli.render.warnings import report_warnings
    from wtc.orchestrator.exec import ExecRequest, Replica, exec_in_container
    from wtc.orchestrator.session import container_options as values

    require_exclusive({"--no-tty": no_tty, "--tty": tty})
    request = ExecRequest(
        command=tuple(words),
        environment=values.parse_assignments(env or ()),
        user=user,
        working_dir=workdir,
        privileged=privileged,
        terminal=values.wants_terminal(no_tty=no_tty, detached=detach),
        detached=detach,
    )
    sys.stdout.flush()
    place = Replica(service=service, number=index)
    return exec_in_container(target, place, request, values.descriptors(interactive=interactive), report_warnings)
