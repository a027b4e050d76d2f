"""The host ports that the stack publishes now: read for `status`, and recorded in the registry.

`ports` and `env` ask the engine only if the registry has a port that is not leased, so that each command that starts or
stops containers keeps it true.
"""

from collections.abc import Mapping
from contextlib import suppress

from wtc.dataclass import replace
from wtc.errors import EngineUnreachableError, WtcError
from wtc.model.namespace import Namespace
from wtc.model.observed import RUNNING_STATES, Observed, ObservedContainer
from wtc.model.ports import Endpoint, PortBinding, PortId
from wtc.orchestrator.context.open_engine import open_engine
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.context.user_state import UserState
from wtc.orchestrator.host_ports.leases import StackPorts, observed_ports
from wtc.orchestrator.ports import leased_endpoint
from wtc.planner.desired.port_ids import port_ids
from wtc.registry.stack_records import StackRecord
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

ALL_PORTS = range(1, 65536)


def published_ports(observed: Observed) -> dict[PortId, PortBinding]:
    """Return port -> how a running container of the stack publishes it, whether or not it is leased."""
    alive = tuple(c for c in observed.containers if c.state in RUNNING_STATES)
    return observed_ports(replace(observed, containers=alive), ALL_PORTS)


def published_or_leased(observed: Observed, span: range) -> dict[PortId, PortBinding]:
    """Return port -> how a running container publishes it, else how a stopped one does if that is a lease."""
    return {**observed_ports(observed, span), **published_ports(observed)}


def endpoints_of(
    place: tuple[str, int], container: ObservedContainer | None, leases: StackPorts, *, bind: str, host: str
) -> tuple[Endpoint, ...]:
    """Return the endpoints of a replica: what its container publishes, or what is leased for it if it does not run.

    `place` is (service, replica), `bind` the address of leases that name none, `host` the engine's machine.
    """
    if container is not None and container.state in RUNNING_STATES:
        ids = port_ids(*place, container.ports)
        found = [(port, p.port, p.host_ip) for port, p in zip(ids, container.ports, strict=True) if p.port]
    else:
        found = [
            (r.id, leases.leased[r.id], r.host_ip or bind)
            for r in leases.requests
            if (r.id.service, r.id.number) == place and r.id in leases.leased
        ]
    endpoints = (leased_endpoint(port, number, address, host) for port, number, address in found)
    return tuple(sorted(endpoint for endpoint in endpoints if endpoint))


def has_other_ports(observed: Observed, leased: Mapping[PortId, int]) -> bool:
    """Return whether a container, running or not, was created to publish ports that are not leased."""
    unchosen = any(not port.port for c in observed.containers if not c.oneoff for port in c.ports)
    return unchosen or bool(_not_leased(observed_ports(observed, ALL_PORTS), leased))


def record_published(engine: "Engine", state: UserState, namespace: Namespace, *, before: Observed | None) -> None:
    """Record what running containers publish in place of their leases, for `ports` and `env`.

    `before` is the stack before the change. The engine is asked if it is None, or had ports that are not leased. A
    failure to record is ignored, because the containers are already changed.
    """
    from wtc.engine.observe.snapshot import observe

    with suppress(WtcError):
        record = state.store.read().stacks.get(namespace.name)
        if record is None or (before and not record.fixed and not has_other_ports(before, record.ports)):
            return
        published = published_ports(observe(engine, namespace))
        with state.store.transaction() as records:
            if (record := records.stacks.get(namespace.name)) is not None:
                records.put(_as_published(record, published))


def published_now(target: Target, namespace: Namespace, record: StackRecord) -> StackRecord:
    """Return the record with the ports that running containers publish; a container that exited publishes none.

    The engine is asked only if the record has ports that are not leased. If no engine answers, they are kept.
    """
    from wtc.engine.observe.snapshot import observe

    if not record.fixed:
        return record
    try:
        with open_engine(target) as engine:
            return _as_published(record, published_ports(observe(engine, namespace)))
    except EngineUnreachableError:
        return record


def _as_published(record: StackRecord, published: Mapping[PortId, PortBinding]) -> StackRecord:
    fixed = _not_leased(published, record.ports)
    addresses = {port: found.host_ip for port, found in fixed.items() if found.host_ip}
    ports = {port: found.port for port, found in fixed.items()}
    return replace(record, fixed=ports, addresses={**record.addresses, **addresses})


def _not_leased(published: Mapping[PortId, PortBinding], leased: Mapping[PortId, int]) -> dict[PortId, PortBinding]:
    return {port: found for port, found in published.items() if leased.get(port) != found.port}
