"""`wtc port`."""

import sys

from wtc.cli.declarations import Argument, Option
from wtc.cli.options import AsJson, require_one_of, with_target
from wtc.errors import UsageError
from wtc.model.ports import Endpoint
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc port web 80"


@with_target
def command(
    target: Target,
    service: Annotated[str, Argument(metavar="SERVICE")],
    private_port: Annotated[
        int | None, Argument(metavar="[PRIVATE_PORT]", min=1, max=65535, show_default=False)
    ] = None,
    protocol: Annotated[str, Option("--protocol", metavar="tcp|udp|sctp", help="The protocol.")] = "tcp",
    index: Annotated[int, Option("--index", metavar="N", help="Number of the replica.", min=1)] = 1,
    as_json: AsJson = False,
) -> None:
    """Print the host address of a container's port, as HOST:PORT; without PRIVATE_PORT, those of all its ports."""
    from wtc.cli.render.endpoints import endpoint_document
    from wtc.cli.render.warnings import report_warnings
    from wtc.cli.terminal.output import print_json
    from wtc.orchestrator.port import port, service_ports

    if private_port is None:
        if as_json:
            hint = f"to print all ports as JSON, run `wtc ports {service} --json`"
            raise UsageError("`--json` needs PRIVATE_PORT", hints=[hint])
        _, endpoints = service_ports(target, service, report_warnings, number=index)
        for one in endpoints:
            sys.stdout.write(f"{one.id.target}/{one.id.protocol} -> {_address(one)}\n")
        return
    require_one_of("--protocol", protocol, ("tcp", "udp", "sctp"))
    namespace, endpoint = port(target, service, private_port, report_warnings, protocol=protocol, number=index)
    if as_json:
        place = {"worktree": namespace.worktree, "namespace": namespace.name}
        print_json({**place, **endpoint_document(endpoint)})
        return
    sys.stdout.write(f"{_address(endpoint)}\n")


def _address(endpoint: Endpoint) -> str:
    host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    return f"{host}:{endpoint.port}"
