"""`wtc status`."""

from wtc.cli.options import AsJson, with_target
from wtc.orchestrator.context.target import Target

EXAMPLES = "Example: wtc status"


@with_target
def command(target: Target, as_json: AsJson = False) -> None:
    """Show this worktree's services: state, health, endpoints, and what has diverged from the file."""
    import sys

    from wtc.cli.render.endpoints import endpoint_document, endpoint_url, host_port_document, host_port_rows
    from wtc.cli.render.replica_name import replica_name
    from wtc.cli.render.state_colours import state_colour
    from wtc.cli.render.warnings import report_warnings
    from wtc.cli.terminal.output import print_columns, print_json
    from wtc.orchestrator.status import status

    result = status(target, report_warnings)
    if as_json:
        print_json(
            {
                "worktree": result.namespace.worktree,
                "namespace": result.namespace.name,
                "services": [
                    {
                        "service": s.service,
                        "replica": s.number,
                        "container": s.container,
                        "state": s.state,
                        "health": s.health or None,
                        "exit_status": s.exit_code if s.state == "exited" else None,
                        "well": s.well,
                        "diverged": s.diverged or None,
                        "endpoints": [endpoint_document(e) for e in s.endpoints],
                    }
                    for s in result.services
                ],
                "host_ports": [host_port_document(port) for port in result.host_ports],
            }
        )
        return
    rows = [
        [
            replica_name(s.service, s.number),
            f"{s.state} ({s.exit_code})" if s.state == "exited" else s.state,
            s.health or "-",
            " ".join(endpoint_url(e) for e in s.endpoints) or "-",
            s.diverged,
        ]
        for s in result.services
    ]
    header = ("service", "state", "health", "endpoints", "diverged")
    print_columns(rows, header=header, colours={"state": state_colour, "health": state_colour})
    if result.host_ports:
        sys.stdout.write("\n")
        print_columns(host_port_rows(result.host_ports), header=("host process", "variable", "address"))
