"""Warn of addresses in the compose file whose host port has changed to a leased port."""

import re
from collections.abc import Iterator

from wtc.model.desired import Desired
from wtc.model.diagnostic import Diagnostic, Severity
from wtc.model.observed import Observed
from wtc.model.ports import single_port
from wtc.model.position import dotted
from wtc.model.project import Project
from wtc.orchestrator.host_ports.leases import StackPorts
from wtc.ports.variables import port_variable

_ADDRESS = re.compile(
    r"(?<![\w.-])(?P<host>localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\]|host\.docker\.internal):(?P<port>\d{1,5})(?!\d)",
    re.IGNORECASE,
)
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
    """Return a warning for each environment value with a literal `localhost:8080` if 8080 is published elsewhere.

    The rest of the value is not shown. An address that can only be the container's own target port gets no warning.
    """
    moved = {
        published: r
        for r in ports.requests
        if r.id.number == 1
        and r.id in ports.leased
        and (published := single_port(r.published))
        and published != ports.leased[r.id]
    }
    targets = {(r.id.service, r.id.target) for r in ports.requests}
    for service in desired.services.values():
        for name, value in service.containers[0].config.environment.items() if service.containers else ():
            for found in _ADDRESS.finditer(value or ""):
                number = int(found["port"])
                request = moved.get(number)
                own = (service.name, number) in targets and found["host"].lower() != _OUTSIDE
                if request is None or (own and found["host"] in _ANY):
                    continue
                variable = request.variable or port_variable(request, ports.requests)
                path = ("services", service.name, "environment", name)
                follow = f"to have it follow, write `${{{variable}:-{number}}}` in place of `{number}`"
                yield Diagnostic(
                    message=f"`{name}` of service `{service.name}` names `{found[0]}`, and that port of service "
                    f"`{request.id.service}` is published as {ports.leased[request.id]} here",
                    severity=Severity.WARNING,
                    position=stack.positions.get(path) or stack.positions.get(path[:2]),
                    path=path,
                    hint=f"inside its container it stays right; for who comes from outside, {follow}"
                    if own
                    else follow,
                )
