"""`ports`: this worktree's host ports, from the registry; what it cannot know, from the engine."""

from collections.abc import Mapping
from dataclasses import dataclass

from wtc.events import Reporter
from wtc.model.ports import Endpoint
from wtc.orchestrator.context.identify import identify
from wtc.orchestrator.context.open_engine import engine_host, open_engine
from wtc.orchestrator.context.target import Target, locate
from wtc.orchestrator.context.user_state import open_user_state, read_registry
from wtc.planner.desired.resolve import connect_address
from wtc.ports.lease_keys import PortSlot, port_slot
from wtc.settings.settings import BIND, PORT_RANGE


@dataclass(frozen=True, slots=True, kw_only=True)
class PortsResult:
    """The stack's endpoints; none where nothing was leased."""

    worktree: str
    namespace: str
    endpoints: tuple[Endpoint, ...]


def ports(target: Target, report: Reporter) -> PortsResult:
    """The ports that the worktree's stack publishes, or, of what does not run, those that are leased for it.

    The engine is asked only if the registry has no ports of the stack, or some that are not leased.

    Raises:
        WtcError: the registry has no ports of the worktree, and no engine answers.
    """
    located = locate(target)
    state = open_user_state(target, report)
    records = read_registry(state, report)
    bind, host = state.settings.of(BIND).value, engine_host(target)
    namespace = identify(located, state, None).namespace
    record = records.stacks.get(namespace.name)
    if record is not None and (record.ports or record.fixed):
        if record.fixed:
            from wtc.orchestrator.host_ports.published import published_now

            record = published_now(target, namespace, record)
        name, leased = record.namespace, record.host_ports()
        addresses = record.addresses
    else:
        from wtc.engine.observe.snapshot import list_engine, observe
        from wtc.orchestrator.host_ports.published import published_or_leased

        with open_engine(target) as engine:
            listing = list_engine(engine)
            namespace = identify(located, state, engine, listing=listing).namespace
            observed = observe(engine, namespace, listing=listing)
            seen = published_or_leased(observed, state.settings.of(PORT_RANGE).value)
        name, leased = namespace.name, {key: published.port for key, published in seen.items()}
        addresses = {key: published.host_ip for key, published in seen.items()}
    endpoints = leased_endpoints(leased, addresses, bind=bind, host=host)
    return PortsResult(worktree=located.worktree, namespace=name, endpoints=endpoints)


def leased_endpoints(
    ports: Mapping[str, int], addresses: Mapping[str, str], *, bind: str, host: str
) -> tuple[Endpoint, ...]:
    """Where ports answer (request key -> host port), in order; `bind` is the address of those without one."""
    places = ((port_slot(key), port, addresses.get(key) or bind) for key, port in ports.items())
    return tuple(sorted(leased_endpoint(place, port, address, host) for place, port, address in places if place))


def leased_endpoint(place: PortSlot, port: int, address: str, host: str) -> Endpoint:
    """Where a leased port answers that is bound to `address` of the engine's machine, which is `host` to the caller."""
    return Endpoint(
        service=place.service,
        number=place.number,
        target=place.target,
        protocol=place.protocol,
        host=connect_address(address, host),
        port=port,
    )
