"""`ports`: list this worktree's host ports, from the registry if possible, else from the engine."""

from collections.abc import Iterable, Mapping, Sequence

from wtc.dataclass import dataclass
from wtc.events import Reporter
from wtc.model.ports import Endpoint, HostPort, PortId
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.identify import identify
from wtc.orchestrator.context.open_engine import engine_host, open_engine
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.context.user_state import read_registry
from wtc.planner.addresses import connect_address, is_loopback
from wtc.ports.variables import service_variables
from wtc.settings.settings import BIND, PORT_RANGE
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.model.observed import ObservedContainer


@dataclass(frozen=True, slots=True, kw_only=True)
class PortsResult:
    """The stack's endpoints that this machine can reach, and the ports of processes on the host.

    `leased`: whether the stack has any port.
    """

    worktree: str
    namespace: str
    endpoints: tuple[Endpoint, ...]
    host_ports: tuple[HostPort, ...]
    leased: bool


def ports(target: Target, report: Reporter, *, services: Sequence[str] = ()) -> PortsResult:
    """Return the ports that the worktree's stack publishes; for containers that do not run, the leased ones.

    With `services` return only theirs; a name of `x-wtc.ports` counts as one. A request is sent to the engine only if
    the registry has no ports of the stack, or ports that are not leased.

    Raises:
        UsageError: neither the stack nor the file has a service that was named.
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
    if not is_loopback(host):
        from wtc.orchestrator.host_ports.unreachable_ports import warn_of_unreachable_ports

        tcp = ((p.service, addresses.get(p) or bind, number) for p, number in leased.items() if p.protocol == "tcp")
        warn_of_unreachable_ports(target, tcp, report)
    of_host = leased_host_ports(leased)
    if services:
        from wtc.orchestrator.context.validate_services import require_declared

        require_declared(context, services, known={port.service for port in leased})
        endpoints = tuple(endpoint for endpoint in endpoints if endpoint.id.service in services)
        of_host = tuple(port for port in of_host if port.name in services)
    return PortsResult(
        worktree=place.worktree, namespace=name, endpoints=endpoints, host_ports=of_host, leased=bool(leased)
    )


def leased_host_ports(ports: Mapping[PortId, int]) -> tuple[HostPort, ...]:
    """Return the ports of processes on the host, by name. `ports`: port -> host port."""
    found = (
        HostPort(name=p.service, variable=service_variables(p)[0], port=ports[p]) for p in sorted(ports) if p.of_host
    )
    return tuple(found)


def leased_endpoints(
    ports: Mapping[PortId, int], addresses: Mapping[PortId, str], *, bind: str, host: str
) -> tuple[Endpoint, ...]:
    """Return where ports answer that can be reached, sorted.

    `ports`: port -> host port. `bind` is the address of those without one.
    """
    found = (leased_endpoint(port, number, addresses.get(port) or bind, host) for port, number in ports.items())
    return tuple(sorted(endpoint for endpoint in found if endpoint))


def leased_endpoint(port: PortId, number: int, address: str, host: str) -> Endpoint | None:
    """Return where a port answers that has host port `number` at `address`; `host` is the engine to the caller.

    None if the caller cannot reach it, and for a process on the host, which no container publishes.
    """
    if port.of_host:
        return None
    reached = connect_address(address, host)
    return None if reached is None else Endpoint(id=port, host=reached, port=number)


def published_endpoints(containers: Iterable["ObservedContainer"], host: str) -> tuple[Endpoint, ...]:
    """Return where the published ports of containers answer, sorted. `host`: as for `leased_endpoint`."""
    from wtc.planner.desired.port_ids import port_ids

    found = (
        leased_endpoint(port, p.port, p.host_ip, host)
        for c in containers
        for port, p in zip(port_ids(c.service, c.number, c.ports), c.ports, strict=True)
        if p.port
    )
    return tuple(sorted(endpoint for endpoint in found if endpoint))
