"""`wtc top`."""

from wtc.cli.declarations import Argument
from wtc.cli.options import AsJson, with_target
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc top web"


@with_target
def command(
    target: Target,
    services: Annotated[list[str] | None, Argument(metavar="[SERVICE]...")] = None,
    as_json: AsJson = False,
) -> None:
    """List the processes in this worktree's containers."""
    from wtc.cli.render.warnings import report_warnings
    from wtc.cli.terminal.output import narrate, print_columns, print_json
    from wtc.orchestrator.top import top

    namespace, found = top(target, tuple(services or ()), report_warnings)
    if as_json:
        print_json(
            {
                "worktree": namespace.worktree,
                "namespace": namespace.name,
                "containers": [
                    {
                        "service": one.container.service,
                        "replica": one.container.number,
                        "container": one.container.name,
                        "processes": [dict(zip(one.table.titles, row, strict=False)) for row in one.table.rows],
                    }
                    for one in found
                ],
            }
        )
        return
    # A remote engine may have another `ps`, with other titles.
    for titles in dict.fromkeys(one.table.titles for one in found):
        rows = [
            [one.container.service, str(one.container.number), *row]
            for one in found
            if one.table.titles == titles
            for row in one.table.rows
        ]
        print_columns(rows, header=("service", "#", *titles))
    if not found:
        narrate("nothing runs")
