"""Addresses that the file writes out and that no longer lead anywhere, since their port was moved."""

import re
from collections.abc import Iterator

from wtc.model.desired import Desired
from wtc.model.diagnostic import Diagnostic, Severity
from wtc.model.project import Project
from wtc.orchestrator.host_ports.leases import StackPorts
from wtc.ports.variables import port_variable

_ADDRESS = re.compile(
    r"(?<![\w.-])(?P<host>localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\]|host\.docker\.internal):(?P<port>\d{1,5})(?!\d)",
    re.IGNORECASE,
)
_ANY = {"0.0.0.0", "[::]"}
_OUTSIDE = "host.docker.internal"


def stale_urls(desired: Desired, stack: Project, ports: StackPorts) -> Iterator[Diagnostic]:
    """A warning for each environment value with a literal `localhost:8080` where 8080 was moved.

    Shows nothing else of the value. What a container calls its own port is not told where it can only be that.
    """
    moved = {
        r.published: r
        for r in ports.requests
        if r.number == 1 and r.key in ports.leased and r.published != str(ports.leased[r.key])
    }
    targets = {(r.service, str(r.target)) for r in ports.requests}
    variables = {(v.service, v.index): v.name for v in ports.variables}
    for service in desired.services.values():
        for name, value in service.containers[0].config.environment.items() if service.containers else ():
            for found in _ADDRESS.finditer(value or ""):
                number, request = found["port"], moved.get(found["port"])
                own = (service.name, number) in targets and found["host"].lower() != _OUTSIDE
                if request is None or (own and found["host"] in _ANY):
                    continue
                variable = variables.get((request.service, request.index)) or port_variable(request, ports.requests)
                path = ("services", service.name, "environment", name)
                follow = f"to have it follow, write `${{{variable}:-{number}}}` in place of `{number}`"
                yield Diagnostic(
                    message=f"`{name}` of service `{service.name}` names `{found[0]}`, and that port of service "
                    f"`{request.service}` is published as {ports.leased[request.key]} here",
                    severity=Severity.WARNING,
                    position=stack.positions.get(path) or stack.positions.get(path[:2]),
                    path=path,
                    hint=f"inside its container it stays right; for who comes from outside, {follow}"
                    if own
                    else follow,
                )
