"""The variables that a stack has of its own. Pure. Source: product.md, Isolation."""

import re
from collections.abc import Mapping, Sequence
from typing import cast

from wtc.compose.interpolation.port_variables import LEASED, OWN, PortVariables
from wtc.errors import ComposeFileError
from wtc.model.diagnostic import Diagnostic
from wtc.model.namespace import Namespace
from wtc.model.ports import PortRequest
from wtc.model.position import Path, dotted
from wtc.model.project import PortVariable, Project
from wtc.planner.desired.all_services import all_services

PORT_VARIABLES = "port_variables"
"""The key of `x-wtc:` that says of a variable whether it is the leased port everywhere."""

SCHEMES = {
    443: "https",
    8443: "https",
    3306: "mysql",
    5432: "postgresql",
    6379: "redis",
    27017: "mongodb",
    5672: "amqp",
}


def stack_variables(
    namespace: Namespace,
    requests: Sequence[PortRequest],
    ports: Mapping[str, int],
    host: str,
) -> dict[str, str]:
    """Name -> value of each `WTC_*` variable. `ports`: key -> host port."""
    variables = {"WTC_NAMESPACE": namespace.name, "WTC_WORKTREE": namespace.worktree}
    for request in requests:
        port = ports.get(request.key)
        if port is None or request.number > 1:
            continue
        service = variable_name(request.service)
        variables.setdefault(f"WTC_PORT_{service}_{request.target}", str(port))
        variables.setdefault(f"WTC_PORT_{service}", str(port))
        if request.protocol == "tcp":
            variables.setdefault(f"WTC_URL_{service}", format_url(host, port, request.target, request.protocol))
    return variables


def named_ports(
    requests: Sequence[PortRequest], ports: Mapping[str, int], port_variables: Sequence[PortVariable]
) -> dict[str, str]:
    """Name -> port of each variable by which the file itself names a port. `ports`: key -> host port."""
    names = {(v.service, v.index): v.name for v in port_variables}
    found: dict[str, str] = {}
    for request in requests:
        name, port = names.get((request.service, request.index)), ports.get(request.key)
        if name is not None and port is not None and request.number == 1:
            found.setdefault(name, str(port))
    return found


def leased_variables(project: Project, ports: Mapping[str, str]) -> PortVariables:
    """The project's port variables with their values (variable -> port), and where they mean the container's port.

    Raises:
        ComposeFileError: `x-wtc.port_variables` is not valid.
    """
    apart = (s.name for s in all_services(project).values() if s.network_mode.startswith(("service:", "container:")))
    return PortVariables(ports=ports, choices=_choices(project), apart=frozenset(apart))


def _choices(project: Project) -> dict[str, str]:
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


def inside_variables(
    namespace: Namespace, requests: Sequence[PortRequest], port_variables: Sequence[PortVariable]
) -> dict[str, str]:
    """Return the variables for a program that reaches services by their names, on the ports of their containers."""
    variables = stack_variables(namespace, (), {}, "")
    for service in dict.fromkeys(request.service for request in requests):
        own = [request for request in requests if request.service == service]
        targets = {request.key: request.target for request in own}
        named = named_ports(own, targets, port_variables)
        variables = {**stack_variables(namespace, own, targets, service), **named, **variables}
    return variables


def port_variable(request: PortRequest, requests: Sequence[PortRequest]) -> str:
    """The variable that holds a request's host port: that of its service for the first port, else the port's own."""
    first = next(r for r in requests if r.service == request.service)
    service = variable_name(request.service)
    return f"WTC_PORT_{service}" if first.index == request.index else f"WTC_PORT_{service}_{request.target}"


def variable_name(name: str) -> str:
    """A service's name as part of a variable's: upper case, every other character `_`."""
    return re.sub(r"[^A-Z0-9]", "_", name.upper())


def format_url(host: str, port: int, target: int, protocol: str) -> str:
    """Where a published port answers, as one would type it."""
    scheme = SCHEMES.get(target, "http") if protocol == "tcp" else protocol
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
