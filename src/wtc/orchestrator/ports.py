"""`ports`: this worktree's host ports, from the registry; what it cannot know, from the engine."""

from collections.abc import Mapping
from dataclasses import dataclass

from wtc.events import Reporter
from wtc.model.ports import Endpoint, PortId
from wtc.orchestrator.context.context import engine_host, open_context, open_engine, read_registry
from wtc.orchestrator.context.identify import identify
from wtc.orchestrator.context.target import Target, locate
from wtc.planner.desired.resolve import connect_address
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
    home = open_context(target, report)
    records = read_registry(home, report)
    bind, host = home.settings.of(BIND).value, engine_host(target)
    namespace = identify(located, home, None).namespace
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
            namespace = identify(located, home, engine, listing=listing).namespace
            observed = observe(engine, namespace, listing=listing)
            seen = published_or_leased(observed, home.settings.of(PORT_RANGE).value)
        name, leased = namespace.name, {port: published.port for port, published in seen.items()}
        addresses = {port: published.host_ip for port, published in seen.items()}
    endpoints = leased_endpoints(leased, addresses, bind=bind, host=host)
    return PortsResult(worktree=located.worktree, namespace=name, endpoints=endpoints)


def leased_endpoints(
    ports: Mapping[PortId, int], addresses: Mapping[PortId, str], *, bind: str, host: str
) -> tuple[Endpoint, ...]:
    """Return where ports answer, sorted. `ports`: port -> host port; `bind` is the address of those without one."""
    found = (leased_endpoint(port, number, addresses.get(port) or bind, host) for port, number in ports.items())
    return tuple(sorted(found))


def leased_endpoint(port: PortId, number: int, address: str, host: str) -> Endpoint:
    """Return where a port answers that has host port `number` at `address`; `host` is the engine to the caller."""
    return Endpoint(id=port, host=connect_address(address, host), port=number)
