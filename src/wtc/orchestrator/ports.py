"""`ports`: list this worktree's host ports, from the registry if possible, else from the engine."""

from collections.abc import Mapping

from wtc.dataclass import dataclass
from wtc.events import Reporter
from wtc.model.ports import Endpoint, PortId
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.identify import identify
from wtc.orchestrator.context.open_engine import engine_host, open_engine
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.context.user_state import read_registry
from wtc.planner.addresses import connect_address
from wtc.settings.settings import BIND, PORT_RANGE


@dataclass(frozen=True, slots=True, kw_only=True)
class PortsResult:
    """The stack's endpoints; empty if nothing is leased."""

    worktree: str
    namespace: str
    endpoints: tuple[Endpoint, ...]


def ports(target: Target, report: Reporter) -> PortsResult:
    """Return the ports that the worktree's stack publishes; for containers that do not run, the leased ones.

    A request is sent to the engine only if the registry has no ports of the stack, or ports that are not leased.

    Raises:
        WtcError: the registry has no ports of the worktree, and no engine answers.
    """
    context = Context(target, report, offline=True)
    place, state = context.place, context.state
    records = read_registry(state, report)
    bind, host = state.settings.of(BIND).value, engine_host(target)
    namespace = identify(place, state, None).namespace
    context.keep_place(namespace)
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
            namespace = identify(place, state, engine, listing=listing).namespace
            observed = observe(engine, namespace, listing=listing)
            seen = published_or_leased(observed, state.settings.of(PORT_RANGE).value)
        name, leased = namespace.name, {port: published.port for port, published in seen.items()}
        addresses = {port: published.host_ip for port, published in seen.items()}
    endpoints = leased_endpoints(leased, addresses, bind=bind, host=host)
    return PortsResult(worktree=place.worktree, namespace=name, endpoints=endpoints)


def leased_endpoints(
    ports: Mapping[PortId, int], addresses: Mapping[PortId, str], *, bind: str, host: str
) -> tuple[Endpoint, ...]:
    """Return where ports answer, sorted. `ports`: port -> host port; `bind` is the address of those without one."""
    found = (leased_endpoint(port, number, addresses.get(port) or bind, host) for port, number in ports.items())
    return tuple(sorted(found))


def leased_endpoint(port: PortId, number: int, address: str, host: str) -> Endpoint:
    """Return where a port answers that has host port `number` at `address`; `host` is the engine to the caller."""
    return Endpoint(id=port, host=connect_address(address, host), port=number)
