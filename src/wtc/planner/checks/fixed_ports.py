"""`up --ports fixed`: find the host ports of the compose file that are in use, before anything is stopped. Pure."""

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence

from wtc.dataclass import dataclass
from wtc.model.desired import ContainerSpec, Desired
from wtc.model.diagnostic import Diagnostic
from wtc.model.namespace import Namespace
from wtc.model.plan import Plan
from wtc.model.ports import HeldPort, PortBinding, PortRequest, Program, format_ports
from wtc.model.position import Path, Position
from wtc.planner.checks.port_overlap import bindings_overlap
from wtc.planner.desired.port_ids import port_ids
from wtc.planner.plan_effects import ended_containers, started_containers
from wtc.static_typing import TypeAlias

FindProgram: TypeAlias = Callable[[int, str, str], Program | None]
"""(port, protocol, address) -> the process on the engine's host that uses the port; None if none is found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Holder:
    """What uses a port, as it completes "is taken by ...", and what frees it, as it completes "to free it, ..."."""

    text: str
    hint: str


def port_conflicts(
    desired: Desired,
    plan: Plan,
    held: Sequence[HeldPort],
    positions: Mapping[Path, Position],
    find_program: FindProgram,
) -> list[Diagnostic]:
    """Return a finding for each fixed port that the plan would publish and that is already in use.

    `held` are the ports of the engine's running containers. Ports of containers that the plan stops count as free.
    """
    ends = ended_containers(plan)
    freed = [h for h in held if h.id in ends or h.container in ends]
    others = [h for h in held if h not in freed]
    found: list[Diagnostic] = []
    before: list[PortRequest] = []

    def holder_of(port: PortBinding, wanted: PortRequest) -> _Holder | None:
        if other := next((h for h in others if bindings_overlap(port, h.binding)), None):
            return _container_holder(other, desired.namespace)
        if twin := next((w for w in before if _needs(w, port)), None):
            return _planned_holder(twin, wanted, positions)
        if any(bindings_overlap(port, h.binding) for h in freed):
            return None  # until the container stops, the engine's proxy can listen on the port
        program = find_program(port.port, port.protocol, port.host_ip)
        return _program_holder(program) if program else None

    for wanted in _planned_ports(desired, plan):
        holders: list[_Holder] = []
        for port in wanted.published:
            if (holder := holder_of(_binding(wanted, port), wanted)) is None:
                break
            holders.append(holder)
        else:
            found.append(_conflict(wanted, holders[0], positions))
        before.append(wanted)
    return found


def _planned_ports(desired: Desired, plan: Plan) -> Iterator[PortRequest]:
    names = set(started_containers(plan))
    for service in desired.services.values():
        for spec in service.containers:
            if spec.name in names and spec.config.network_mode != "host":
                yield from _container_ports(spec)


def _container_ports(spec: ContainerSpec) -> Iterator[PortRequest]:
    ports = spec.config.ports
    for index, (port_id, port) in enumerate(zip(port_ids(spec.service, spec.number, ports), ports, strict=True)):
        # Port 0 means any port.
        if port.published and port.published[0]:
            yield PortRequest(id=port_id, index=index, host_ip=port.host_ip, published=port.published)


def _binding(request: PortRequest, port: int) -> PortBinding:
    return PortBinding(target=request.id.target, protocol=request.id.protocol, host_ip=request.host_ip, port=port)


def _needs(request: PortRequest, port: PortBinding) -> bool:
    """Return whether the request can get no other host port than this one."""
    return len(request.published) == 1 and bindings_overlap(_binding(request, request.published[0]), port)


def _container_holder(held: HeldPort, own: Namespace) -> _Holder:
    name = f"container `{held.container}`"
    stop = f"run `docker stop {held.container}`"
    if not held.namespace:
        return _Holder(text=f"{name}, which wtc did not create", hint=stop)
    if held.namespace == own.name:
        return _Holder(text=f"{name} of this stack", hint=f"run `wtc stop {held.service}`" if held.service else stop)
    worktree = shlex.quote(held.worktree)
    return _Holder(text=f"{name} of the worktree `{held.worktree}`", hint=f"run `wtc down -w {worktree}`")


def _planned_holder(other: PortRequest, wanted: PortRequest, positions: Mapping[Path, Position]) -> _Holder:
    if other.id.service == wanted.id.service and other.id.number != wanted.id.number:
        once = f"run `wtc up --ports fixed --scale {wanted.id.service}=1`"
        return _Holder(text=f"replica {other.id.number} of the service", hint=once)
    place = positions.get(_path(other))
    where = f" ({place})" if place else ""
    return _Holder(
        text=f"service `{other.id.service}` of the same file{where}", hint="change one of the two `ports` entries"
    )


def _program_holder(program: Program) -> _Holder:
    name = f" (`{program.name}`)" if program.name else ""
    which = f"process {program.pid}{name}" if program.pid else "a process"
    return _Holder(text=f"{which} on this machine", hint="stop that process")


def _conflict(wanted: PortRequest, holder: _Holder, positions: Mapping[Path, Position]) -> Diagnostic:
    port = f"{format_ports(wanted.published)}/{wanted.id.protocol}"
    at = f" at `{wanted.host_ip}`" if wanted.host_ip else ""
    path = _path(wanted)
    return Diagnostic(
        message=f"host port `{port}`{at} of service `{wanted.id.service}` is taken by {holder.text}",
        position=positions.get(path) or positions.get(path[:2]),
        path=path,
        hint=f"to free it, {holder.hint}",
    )


def _path(port: PortRequest) -> Path:
    return ("services", port.id.service, "ports", port.index)
