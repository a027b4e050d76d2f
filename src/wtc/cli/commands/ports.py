"""`wtc ports`."""

from wtc.cli.declarations import Argument
from wtc.cli.options import AsJson, with_target
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc ports --json"


@with_target
def command(
    target: Target,
    services: Annotated[list[str] | None, Argument(metavar="[SERVICE]...")] = None,
    as_json: AsJson = False,
) -> None:
    """Print this worktree's host ports. They stay the same until the stack is removed with `wtc clean`."""
    from wtc.cli.render.endpoints import endpoint_document, endpoint_rows, host_port_document, host_port_rows
    from wtc.cli.render.warnings import report_warnings
    from wtc.cli.terminal.output import narrate, print_columns, print_json
    from wtc.orchestrator.ports import ports

    result = ports(target, report_warnings, services=services or ())
    if as_json:
        print_json(
            {
                "worktree": result.worktree,
                "namespace": result.namespace,
                "endpoints": [endpoint_document(e) for e in result.endpoints],
                "host_ports": [host_port_document(port) for port in result.host_ports],
            }
        )
    elif result.endpoints or result.host_ports:
        print_columns([*endpoint_rows(result.endpoints), *host_port_rows(result.host_ports)])
    elif services and result.leased:
        narrate("no ports of these services are leased; to list all ports, run `wtc ports`")
    elif not result.leased:
        narrate("no ports are leased for this worktree; to lease them and start the stack, run `wtc up`")
