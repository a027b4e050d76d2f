"""The ports that `x-wtc: {ports: [...]}` asks for: a process on the host listens on them. Pure."""

import re
from collections.abc import Collection, Mapping, Sequence

from wtc.errors import ComposeFileError
from wtc.model.diagnostic import Diagnostic
from wtc.model.ports import HOST_PROCESS, PortId, PortRequest
from wtc.model.position import Path, dotted
from wtc.model.project import Project
from wtc.ports.variables import PORT_PREFIX, service_variables, variable_name
from wtc.settings.settings import HOST_PORTS
from wtc.static_typing import cast

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]*")
_HINT = "to lease a port for a process on the host, write `x-wtc: {ports: [web]}`, and read it from `WTC_PORT_WEB`"


def host_port_requests(project: Project, services: Sequence[PortRequest]) -> tuple[PortRequest, ...]:
    """Return the ports that the file's `x-wtc:` names, in its order.

    `services` are the published ports of all services of the file. A name whose variable is also that of a published
    port, or of another name, is an error, because one of the two could not be read.

    Raises:
        ComposeFileError: the list or a name in it is not valid; all findings are listed.
    """
    extension = project.extension
    value = cast("Mapping[str, object]", extension).get(HOST_PORTS) if isinstance(extension, Mapping) else None
    if value is None:
        return ()
    if not isinstance(value, list):
        raise _error([_finding(project, (), "is not a list of names")])
    names = cast("list[object]", value)
    taken = {name: request.id.service for request in services for name in service_variables(request.id)}
    taken |= {variable.name: variable.service for variable in project.port_variables}
    wrong = [
        _finding(project, (index,), why)
        for index, name in enumerate(names)
        if (why := _refusal(name, names[:index], taken))
    ]
    if wrong:
        raise _error(wrong)
    return tuple(PortRequest(id=host_port(str(name)), index=index) for index, name in enumerate(names))


def host_port(name: str) -> PortId:
    """Return the identity of a port for a process on the host."""
    return PortId(service=name, target=0, protocol=HOST_PROCESS)


def _refusal(name: object, earlier: Collection[object], taken: Mapping[str, str]) -> str:
    """Return why a name cannot be used; empty if it can. `taken`: variable -> the service whose port it is."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return "is not a name of letters, digits, `.`, `_` and `-`"
    variable = PORT_PREFIX + variable_name(name)
    if service := taken.get(variable):
        return f"gives `{variable}`, which is the published port of service `{service}`"
    if variable in (PORT_PREFIX + variable_name(str(other)) for other in earlier):
        return f"gives `{variable}`, as a name before it does"
    return ""


def _finding(project: Project, place: Path, why: str) -> Diagnostic:
    path: Path = ("x-wtc", HOST_PORTS, *place)
    position = project.positions.get(path) or project.positions.get(path[:2])
    hint = "to have both, give the port another name" if "gives" in why else _HINT
    return Diagnostic(message=f"`{dotted(path)}` {why}", position=position, path=path, hint=hint)


def _error(found: Sequence[Diagnostic]) -> ComposeFileError:
    return ComposeFileError(found[0].message, diagnostics=found)
