"""`wtc wait`."""

import sys

from wtc.cli.declarations import Argument, Option
from wtc.cli.options import AsJson, with_target
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc wait migrate"


@with_target
def command(
    target: Target,
    services: Annotated[list[str], Argument(metavar="SERVICE...")],
    down_project: Annotated[
        bool, Option("--down-project", help="Run `wtc down` when the first container ends.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Wait until services have ended; print their exit statuses, and exit with the first that is not 0.

    Containers that have ended already are printed immediately.
    """
    from wtc.cli.render.replica_name import replica_name
    from wtc.cli.render.warnings import report_warnings
    from wtc.cli.reporting import choose_reporter, stop_on_signal
    from wtc.cli.terminal.output import print_json
    from wtc.orchestrator.down import DownRequest, down
    from wtc.orchestrator.wait import ContainerEnd, wait

    endings: list[ContainerEnd] = []
    with wait(target, tuple(services), report_warnings) as (namespace, found):
        for ending in found:
            endings.append(ending)
            if not as_json:
                name = replica_name(ending.container.service, ending.container.number)
                sys.stdout.write(f"{name}  {ending.status}\n")
                sys.stdout.flush()
            if down_project:
                break
    if down_project:
        with stop_on_signal() as stop, choose_reporter(quiet=False) as report:
            down(target, DownRequest(), report, stop)
    if as_json:
        print_json(
            {
                "worktree": namespace.worktree,
                "namespace": namespace.name,
                "endings": [
                    {
                        "service": e.container.service,
                        "replica": e.container.number,
                        "container": e.container.name,
                        "exit_status": e.status,
                    }
                    for e in endings
                ],
            }
        )
    return next((e.status for e in endings if e.status), 0)
