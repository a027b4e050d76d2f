"""Which host ports the stack publishes now, beside those that are leased for it: `status` looks, the registry records.

`ports` and `env` ask the engine only if the registry has a port that is not leased, so that each command that starts or
stops containers keeps it true.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from wtc.errors import EngineUnreachableError, WtcError
from wtc.model.namespace import Namespace
from wtc.model.observed import Observed, ObservedContainer, PublishedPort
from wtc.model.ports import Endpoint
from wtc.orchestrator.context.open_engine import open_engine
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.context.user_state import UserState
from wtc.orchestrator.host_ports.leases import StackPorts, observed_ports
from wtc.orchestrator.ports import leased_endpoint
from wtc.planner.lifecycle import RUNNING_STATES
from wtc.ports.lease_keys import PortSlot
from wtc.registry.stack_records import StackRecord

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

ALL_PORTS = range(1, 65536)


def published_ports(observed: Observed) -> dict[str, PublishedPort]:
    """Request key -> what a running container of the stack publishes, whether or not it is leased."""
    alive = tuple(c for c in observed.containers if c.state in RUNNING_STATES)
    return observed_ports(replace(observed, containers=alive), ALL_PORTS)


def published_or_leased(observed: Observed, span: range) -> dict[str, PublishedPort]:
    """Request key -> what a running container publishes, else what a stopped one holds as a lease."""
    return {**observed_ports(observed, span), **published_ports(observed)}


def endpoints_of(
    place: tuple[str, int], container: ObservedContainer | None, leases: StackPorts, *, bind: str, host: str
) -> tuple[Endpoint, ...]:
    """Where a replica answers: what its container publishes, else, if it does not run, what is leased for it.

    `place` is (service, replica), `bind` the address of leases that name none, `host` the engine's machine.
    """
    if container is not None and container.state in RUNNING_STATES:
        found = [(p.target, p.protocol, p.port, p.host_ip) for p in container.ports if p.port]
    else:
        found = [
            (r.target, r.protocol, leases.leased[r.key], r.host_ip or bind)
            for r in leases.requests
            if (r.service, r.number) == place and r.key in leases.leased
        ]
    service, number = place
    endpoints = (
        leased_endpoint(PortSlot(service=service, number=number, target=target, protocol=protocol), port, address, host)
        for target, protocol, port, address in found
    )
    return tuple(sorted(endpoints))


def has_other_ports(observed: Observed, leased: Mapping[str, int]) -> bool:
    """Whether a container of the stack, running or not, was created to publish ports that are not leased."""
    unchosen = any(not port.port for c in observed.containers if not c.oneoff for port in c.ports)
    return unchosen or bool(_not_leased(observed_ports(observed, ALL_PORTS), leased))


def record_published(engine: "Engine", state: UserState, namespace: Namespace, *, before: Observed | None) -> None:
    """Record what running containers publish in place of their leases, for `ports` and `env`.

    `before` is the stack as it was. The engine is not asked if that had leased ports alone; it is if `before` is None.
    What cannot be recorded is left as it is: the containers are changed by now.
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
    """The record with what running containers publish now: a container that exited by itself publishes nothing.

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


def _as_published(record: StackRecord, published: Mapping[str, PublishedPort]) -> StackRecord:
    fixed = _not_leased(published, record.ports)
    addresses = {key: port.host_ip for key, port in fixed.items() if port.host_ip}
    ports = {key: port.port for key, port in fixed.items()}
    return replace(record, fixed=ports, addresses={**record.addresses, **addresses})


def _not_leased(published: Mapping[str, PublishedPort], leased: Mapping[str, int]) -> dict[str, PublishedPort]:
    return {key: port for key, port in published.items() if leased.get(key) != port.port}
