"""Addresses that the file writes out and that no longer lead anywhere, since their port was moved."""

import re
from collections.abc import Iterator

from wtc.model.desired import Desired
from wtc.model.diagnostic import Diagnostic, Severity
from wtc.model.project import Project
from wtc.orchestrator.leases import Ports

_ADDRESS = re.compile(r"\b(?:localhost|127\.0\.0\.1):(\d{1,5})\b")


def moved_addresses(desired: Desired, stack: Project, ports: Ports) -> Iterator[Diagnostic]:
    """A warning for each environment value with a literal `localhost:8080` where 8080 was moved.

    Shows nothing else of the value.
    """
    moved = {r.published: r for r in ports.requests if r.number == 1 and r.published != str(ports.leased.get(r.key))}
    for service in desired.services.values():
        for name, value in service.containers[0].config.environment.items() if service.containers else ():
            for found in _ADDRESS.finditer(value or ""):
                request = moved.get(found[1])
                if request is None:
                    continue
                path = ("services", service.name, "environment", name)
                yield Diagnostic(
                    message=f"`{name}` of service `{service.name}` names `{found[0]}`, and that port of service "
                    f"`{request.service}` is published as {ports.leased[request.key]} here",
                    severity=Severity.WARNING,
                    position=stack.positions.get(path) or stack.positions.get(path[:2]),
                    path=path,
                    hint=f"to name the port wherever it is, write `${{PORT:-{found[1]}}}` both here and in `ports`",
                )
