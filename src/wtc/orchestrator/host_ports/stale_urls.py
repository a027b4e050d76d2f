"""Warn of addresses in the compose file whose host port has changed to a leased port."""

import re
from collections.abc import Iterator, Sequence

from wtc.model.desired import Desired, DesiredService
from wtc.model.diagnostic import Diagnostic, Severity
from wtc.model.observed import Observed
from wtc.model.ports import PortRequest, single_port
from wtc.model.position import Path, Position, dotted
from wtc.model.project import Project
from wtc.model.service import Service
from wtc.orchestrator.host_ports.leases import StackPorts
from wtc.planner.desired.all_services import all_services
from wtc.ports.variables import port_variable

_ADDRESS = (
    r"(?i)(?<![\w.-])(?P<host>localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\]|host\.docker\.internal)"
    r":(?P<port>\d{1,5})(?!\d)"
)
_HOST = r"(?i)(?P<host>(?:(?<=://)|(?<=@))(?:[\w-]+|\[[\da-f:.]+\])|(?<![\w.-])[\w-]+(?:\.[\w-]+)+):\Z"
"""A host before a port: after `://`, or with a dot in its name; other words before a colon are keys."""
_ANY = {"0.0.0.0", "[::]"}
_OUTSIDE = "host.docker.internal"


def own_addresses(project: Project, ports: StackPorts, observed: Observed) -> Iterator[Diagnostic]:
    """Return a warning for each value in which a service uses its own leased port after an address such as `localhost`.

    A client on the host reaches it there; the container itself listens on the target port. The warning is given once:
    a service that has a container gets none.
    """
    named = {(r.id.service, r.variable): r for r in reversed(ports.requests) if r.variable}
    created = {container.service for container in observed.containers}
    for use in dict.fromkeys(u for u in project.variable_uses if ports.port_variables.means_leased(u)):
        service = str(use.path[1]) if use.path[:1] == ("services",) else ""
        request = named.get((service, use.name))
        if service not in project.services.keys() - created or request is None or not use.address:
            continue
        own = f"to have the file's own value, write `x-wtc: {{port_variables: {{{use.name}: own}}}}`"
        yield Diagnostic(
            message=f"`{dotted(use.path[2:])}` of service `{service}` has the leased port for `{use.name}` behind "
            f"`{use.address}`, as a client on the host needs it",
            severity=Severity.WARNING,
            position=use.position,
            path=use.path,
            hint=f"inside its container the service listens on {request.id.target}; {own}",
        )


def stale_urls(desired: Desired, stack: Project, ports: StackPorts) -> Iterator[Diagnostic]:
    """Return a warning for each value that names a published port of the file in place of its leased port.

    Literally after an address of the host (`localhost:8080`), or by its variable after a host that the stack does not
    know (`http://app.test:${WEB_PORT}`), in the places that `CLIENT_PLACES` lists. The rest of the value is not shown.
    """
    moved = [
        request
        for request in ports.requests
        if request.id.number == 1
        and request.id in ports.leased
        and (published := single_port(request.published))
        and published != ports.leased[request.id]
    ]
    if moved:
        yield from _literal_addresses(desired, stack, ports, moved)
        yield from _unknown_hosts(stack, ports, moved)


def _literal_addresses(
    desired: Desired, stack: Project, ports: StackPorts, moved: Sequence[PortRequest]
) -> Iterator[Diagnostic]:
    """Yield a warning for each literal address of a moved port, but not for the container's own target port."""
    by_number = {single_port(request.published): request for request in moved}
    targets = {(r.id.service, r.id.target) for r in ports.requests}
    for service in desired.services.values():
        for path, value in _client_values(service, stack):
            for found in re.finditer(_ADDRESS, value):
                number = int(found["port"])
                request = by_number.get(number)
                own = (service.name, number) in targets and found["host"].lower() != _OUTSIDE
                if request is None or (own and found["host"] in _ANY):
                    continue
                variable = request.variable or port_variable(request, ports.requests)
                follow = f"to use the leased port, write `${{{variable}:-{number}}}` in place of `{number}`"
                position = stack.positions.get(path) or stack.positions.get(path[:2])
                outside = f"it is still correct inside the container; for clients outside, {follow}"
                yield _moved(path, position, found[0], request, ports, hint=outside if own else follow)


def _unknown_hosts(stack: Project, ports: StackPorts, moved: Sequence[PortRequest]) -> Iterator[Diagnostic]:
    by_variable = {request.variable: request for request in reversed(moved) if request.variable}
    for use in dict.fromkeys(stack.variable_uses):
        request, found = by_variable.get(use.name), re.search(_HOST, use.before)
        variables = ports.port_variables
        if request is None or found is None or use.name in variables.choices or variables.means_leased(use):
            continue
        service = stack.services.get(str(use.path[1])) if use.path[:1] == ("services",) else None
        if not variables.is_for_clients(use.path) or (use.path and service is None):
            continue
        if found["host"].lower() in known_hosts(stack, service):
            continue
        number, variable = single_port(request.published), port_variable(request, ports.requests)
        address = f"{found['host']}:{number}"
        hint = f"to use the leased port, write `${{{variable}:-{number}}}` in place of the variable `{use.name}`"
        yield _moved(use.path, use.position, address, request, ports, hint=hint)


def known_hosts(project: Project, service: Service | None) -> set[str]:
    """Return the names and addresses, in lower case, under which containers of the stack reach one another.

    `service` adds its links and extra hosts; one that is mapped to the host itself is not known.
    """
    hosts = {*_ANY, *project.container_names}
    for other in all_services(project).values():
        hosts |= {other.name, other.hostname, f"{other.hostname}.{other.domainname}"}
        for attachment in other.networks.values():
            hosts |= {*attachment.aliases, attachment.ipv4_address, f"[{attachment.ipv6_address}]"}
    if service is not None:
        hosts |= {link.rpartition(":")[2] for link in (*service.links, *service.external_links)}
        hosts |= {name for name, targets in service.extra_hosts.items() if not any(map(_is_host, targets))}
    return {host.lower() for host in hosts}


def _is_host(target: str) -> bool:
    return target == "host-gateway" or target.startswith("127.") or target == "::1"


def _client_values(service: DesiredService, stack: Project) -> Iterator[tuple[Path, str]]:
    """Yield the values of a service that clients on the host read, with their paths."""
    place: Path = ("services", service.name)
    if service.containers:
        config = service.containers[0].config
        yield from (((*place, "environment", name), value or "") for name, value in config.environment.items())
        own = stack.services.get(service.name, Service(name=service.name)).labels
        yield from (((*place, "labels", name), config.labels.get(name, "")) for name in own)
    if service.image.build is not None and service.image.service == service.name:
        build = service.image.build
        for attribute, values in (("args", build.args), ("labels", build.labels)):
            yield from (((*place, "build", attribute, name), value) for name, value in values.items())


def _moved(
    path: Path, position: Position | None, address: str, request: PortRequest, ports: StackPorts, *, hint: str
) -> Diagnostic:
    name = path[-1] if path and isinstance(path[-1], str) else dotted(path[2:])
    subject = f"`{name}` of service `{path[1]}`" if path else "the env file"
    return Diagnostic(
        message=f"{subject} names `{address}`, and that port of service `{request.id.service}` is published as "
        f"{ports.leased[request.id]} here",
        severity=Severity.WARNING,
        position=position,
        path=path,
        hint=hint,
    )
