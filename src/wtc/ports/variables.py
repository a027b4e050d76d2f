"""The variables that a stack has of its own. Pure. Source: product.md, Isolation."""

import re
from collections.abc import Mapping, Sequence

from wtc.model.namespace import Namespace
from wtc.model.ports import PortRequest
from wtc.model.project import PortVariable

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
    port_variables: Sequence[PortVariable],
    host: str,
) -> dict[str, str]:
    """Name -> value: `WTC_*`, and the variables by which the file itself names its ports. `ports`: key -> host port."""
    named = {(v.service, v.index): v.name for v in port_variables}
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
        if name := named.get((request.service, request.index)):
            variables.setdefault(name, str(port))
    return variables


def inside_variables(
    namespace: Namespace, requests: Sequence[PortRequest], port_variables: Sequence[PortVariable]
) -> dict[str, str]:
    """Return the variables for a program that reaches services by their names, on the ports of their containers."""
    variables = stack_variables(namespace, (), {}, (), "")
    for service in dict.fromkeys(request.service for request in requests):
        own = [request for request in requests if request.service == service]
        targets = {request.key: request.target for request in own}
        variables = {**stack_variables(namespace, own, targets, port_variables, service), **variables}
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
