"""The variables that wtc gives a stack. Pure."""

import re
from collections.abc import Mapping, Sequence

from wtc.dataclass import replace
from wtc.errors import ComposeFileError
from wtc.model.diagnostic import Diagnostic
from wtc.model.namespace import Namespace
from wtc.model.ports import PortId, PortRequest, format_url
from wtc.model.position import Path, dotted
from wtc.planner.addresses import connect_address
from wtc.settings.settings import PORT_VARIABLES
from wtc.static_typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    # Not at run time, so that a command that knows the ports imports no compose file's model.
    from wtc.compose.interpolation.port_variables import PortVariables
    from wtc.model.project import Project

PORT_PREFIX = "WTC_PORT_"


def service_variables(port: PortId) -> tuple[str, ...]:
    """Return the variables that can hold a port: that of its service, and that of its container port."""
    service = variable_name(port.service)
    return (f"{PORT_PREFIX}{service}", *([] if port.of_host else [f"{PORT_PREFIX}{service}_{port.target}"]))


def stack_variables(
    namespace: Namespace,
    requests: Sequence[PortRequest],
    ports: Mapping[PortId, int],
    host: str,
    *,
    bind: str = "",
) -> dict[str, str]:
    """Return name -> value of each `WTC_*` variable. `ports`: port -> host port.

    `host` is the engine's machine to the caller, `bind` the address of ports that name none. A port that the caller
    cannot reach has no URL.
    """
    variables = {"WTC_NAMESPACE": namespace.name, "WTC_WORKTREE": namespace.worktree}
    for request in requests:
        own, port = request.id, ports.get(request.id)
        if port is None or own.number > 1:
            continue
        for name in service_variables(own):
            variables.setdefault(name, str(port))
        reached = connect_address(request.host_ip or bind, host)
        if own.protocol == "tcp" and reached is not None:
            variables.setdefault(
                f"WTC_URL_{variable_name(own.service)}", format_url(reached, port, own.target, own.protocol)
            )
    return variables


def named_ports(requests: Sequence[PortRequest], ports: Mapping[PortId, int]) -> dict[str, str]:
    """Return name -> host port of each variable by which the file names a port. `ports`: port -> host port."""
    found: dict[str, str] = {}
    for request in requests:
        port = ports.get(request.id)
        if request.variable and port is not None and request.id.number == 1:
            found.setdefault(request.variable, str(port))
    return found


def leased_variables(project: "Project", ports: Mapping[str, str]) -> "PortVariables":
    """Return the project's port variables with their values, and where they mean the container's port.

    `ports`: variable -> host port.

    Raises:
        ComposeFileError: `x-wtc.port_variables` is not valid.
    """
    from wtc.compose.interpolation.port_variables import PortVariables
    from wtc.planner.desired.all_services import all_services

    apart = (s.name for s in all_services(project).values() if s.network_mode.startswith(("service:", "container:")))
    return PortVariables(ports=ports, choices=_choices(project), apart=frozenset(apart))


def _choices(project: "Project") -> dict[str, str]:
    from wtc.compose.interpolation.port_variables import LEASED, OWN

    place: Path = ("x-wtc", PORT_VARIABLES)
    values = _fields(project.extension).get(PORT_VARIABLES)
    if values is None:
        return {}
    choices = _fields(values) or {"": values}
    wrong = [name for name, choice in choices.items() if not name or choice not in {LEASED, OWN}]
    if wrong:
        path: Path = (*place, wrong[0]) if wrong[0] else place
        found = Diagnostic(
            message=f"`{dotted(path)}` is not valid, expected `{LEASED}` or `{OWN}` for each variable",
            position=project.positions.get(path) or project.positions.get(place),
            path=path,
            hint="to have `PUBLIC_PORT` be the leased port everywhere, write `port_variables: {PUBLIC_PORT: leased}`",
        )
        raise ComposeFileError(found.message, diagnostics=[found])
    return {name: str(choice) for name, choice in choices.items()}


def _fields(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}


def inside_variables(namespace: Namespace, requests: Sequence[PortRequest]) -> dict[str, str]:
    """Return the variables for a program that reaches services by their names, on the ports of their containers."""
    variables = stack_variables(namespace, (), {}, "")
    for service in dict.fromkeys(request.id.service for request in requests if not request.id.of_host):
        own = [replace(request, host_ip="") for request in requests if request.id.service == service]
        targets = {request.id: request.id.target for request in own}
        named = named_ports(own, targets)
        variables = {**stack_variables(namespace, own, targets, service), **named, **variables}
    return variables


def port_variable(request: PortRequest, requests: Sequence[PortRequest]) -> str:
    """Return the variable that holds a request's host port: the service's for its first port, else the port's own."""
    first = next(r for r in requests if r.id.service == request.id.service)
    return service_variables(request.id)[0 if first.index == request.index else -1]


def variable_name(name: str) -> str:
    """Return a service's name as part of a variable's name: upper case, every other character `_`."""
    return re.sub(r"[^A-Z0-9]", "_", name.upper())
