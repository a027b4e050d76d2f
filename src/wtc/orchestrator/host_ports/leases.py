"""Lease host ports for a stack, from the registry and the ports that the engine publishes."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from wtc.compose.interpolation.port_variables import PortVariables
from wtc.dataclass import dataclass, field
from wtc.events import Note, Reporter, warn
from wtc.model.namespace import Namespace
from wtc.model.observed import RUNNING_STATES, EngineListing, Observed, ObservedContainer
from wtc.model.ports import PortBinding, PortId, PortRequest
from wtc.model.project import Project
from wtc.orchestrator.context.context import Context
from wtc.planner.desired.port_ids import port_ids
from wtc.ports.leases import lease_host_ports
from wtc.ports.requests import port_requests
from wtc.ports.variables import leased_variables, named_ports
from wtc.registry.port_keys import format_port_key
from wtc.registry.stack_records import StackRecords
from wtc.registry.store import Store
from wtc.settings.settings import BIND, PORT_RANGE, Settings
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class StackPorts:
    """The leased ports of a stack."""

    requests: tuple[PortRequest, ...]
    leased: Mapping[PortId, int]
    """Port -> host port."""
    moved: Mapping[PortId, int] = field(default_factory=dict[PortId, int])
    """Port -> its previous host port, which others have now."""
    joined: Mapping[PortId, int] = field(default_factory=dict[PortId, int])
    """Port -> its previous host port, where it shares the number of another port now."""
    port_variables: PortVariables = field(default_factory=PortVariables)
    """The variables by which the file names its ports, and where they mean the leased ports."""
    warnings: tuple[str, ...] = ()


def lease_ports(
    store: Store,
    namespace: Namespace,
    project: Project,
    *,
    scales: Mapping[str, int],
    settings: Settings,
    observed: Observed | None = None,
    busy: Collection[int] = (),
    probe: bool = False,
    recreating: bool = False,
) -> StackPorts:
    """Lease a host port for each port that the project publishes.

    `observed` gives back the leases that the registry has lost, or has given to others too; without it no lease moves
    for what others have leased. The leases of existing containers stay apart, unless all are `recreating`. `busy` are
    ports that others hold on the engine. With `probe` (a local engine) a port that some program of this machine has is
    passed over.
    """
    from wtc.port_probe import is_bindable

    span = settings.of(PORT_RANGE).value
    bind = settings.of(BIND).value
    requests = port_requests(project, scales)
    if observed is not None:
        _adopt_published(store, namespace, observed, span, busy)
    given = lease_host_ports(
        store,
        namespace,
        requests,
        span=span,
        bind=bind,
        busy=busy,
        free=lambda request, port: not probe or is_bindable(port, request.transport, request.host_ip or bind),
        keep=observed is None,
        settled=None if observed is None else _settled(observed, recreating=recreating),
    )
    return StackPorts(
        requests=requests,
        leased=given.ports,
        moved=given.moved,
        joined=given.joined,
        port_variables=port_variables_of(project, requests, given.ports),
        warnings=given.warnings,
    )


def lease_on_engine(
    context: Context,
    project: Project,
    *,
    busy: Collection[int] = (),
    scales: Mapping[str, int] | None = None,
    recreating: bool = False,
) -> StackPorts:
    """Lease what the project publishes on the context's engine, without the ports that others hold there.

    Leases that move are reported.

    Raises:
        WtcError: the registry cannot be written, or no port is left.
    """
    ports = lease_ports(
        context.state.store,
        context.namespace,
        project,
        scales=scales or {},
        settings=context.state.settings_for(project),
        observed=context.observed,
        busy=ports_of_others(context, project, busy=busy, scales=scales),
        probe=context.engine.host_is_local,
        recreating=recreating,
    )
    report_leases(context.report, ports)
    return ports


def report_leases(report: Reporter, ports: StackPorts) -> None:
    """Report which leases moved."""
    for text in ports.warnings:
        warn(report, text)
    for port, before in ports.moved.items():
        name, now = _port_name(port), ports.leased[port]
        report(Note(text=f"{name} moves from host port {before}, which is taken, to {now}"))
    for port, before in ports.joined.items():
        name, now = _port_name(port), ports.leased[port]
        report(Note(text=f"{name} moves from host port {before} to {now}, to share one number with other ports"))


def _port_name(port: PortId) -> str:
    return f"`{port.service}` of `x-wtc.ports`" if port.of_host else format_port_key(port)


def known_ports(
    store: Store,
    namespace: Namespace,
    project: Project,
    *,
    settings: Settings,
    observed: Observed,
) -> StackPorts:
    """Return the ports that the stack already has. Leases nothing."""
    requests = port_requests(project, {})
    record = store.read().stacks.get(namespace.name)
    seen = observed_ports(observed, settings.of(PORT_RANGE).value)
    leased = {port: published.port for port, published in seen.items()} | dict(record.ports if record else {})
    asked = {request.id for request in requests}
    return StackPorts(
        requests=requests,
        leased={k: p for k, p in leased.items() if k in asked},
        port_variables=port_variables_of(project, requests, leased),
    )


def known_stack_ports(context: Context, project: Project) -> StackPorts:
    """Return the ports that the context's stack already has, offline from the registry. Leases nothing."""
    observed = Observed() if context.offline else context.observed
    settings = context.state.settings_for(project)
    return known_ports(context.state.store, context.namespace, project, settings=settings, observed=observed)


def port_variables_of(project: Project, requests: Sequence[PortRequest], leased: Mapping[PortId, int]) -> PortVariables:
    """Return the project's port variables with their leased ports. `leased`: port -> host port.

    Raises:
        ComposeFileError: `x-wtc.port_variables` is not valid.
    """
    return leased_variables(project, named_ports(requests, leased))


def ports_of_others(
    context: Context, project: Project, *, busy: Collection[int] = (), scales: Mapping[str, int] | None = None
) -> frozenset[int]:
    """Return the host ports that the stack cannot have, with `busy` among them.

    To see what stopped containers of other stacks will publish, each of them has to be inspected, which is done only
    for a stack that does not have its leases yet.
    """
    engine, namespace, observed, listing = context.engine, context.namespace, context.observed, context.listing
    running = held_by_others(engine, namespace, observed, listing=listing, of_stopped=False).union(busy)
    if _is_leased(
        context.state.store.read(),
        namespace,
        port_requests(project, scales or {}),
        observed=observed,
        span=context.state.settings_for(project).of(PORT_RANGE).value,
        taken=running,
    ):
        return running
    return held_by_others(engine, namespace, observed, listing=listing).union(busy)


def _is_leased(
    records: StackRecords,
    namespace: Namespace,
    requests: Iterable[PortRequest],
    *,
    observed: Observed,
    span: range,
    taken: Collection[int],
) -> bool:
    """Return whether the registry has a lease for each port that the stack publishes, and none is in `taken`."""
    record = records.record_for(namespace)
    leased = [record.ports.get(request.id, 0) for request in requests]
    refused = {0, *taken, *records.leased_to_others(namespace.name)}
    return refused.isdisjoint(leased) and not unrecorded_ports(records, namespace, observed, span, taken)


def held_by_others(
    engine: "Engine",
    namespace: Namespace,
    observed: Observed,
    *,
    listing: EngineListing | None = None,
    of_stopped: bool = True,
) -> frozenset[int]:
    """Return the host ports that the stack cannot have: what others hold, without what its own containers publish now.

    One port can be published twice, at two addresses or for two protocols, and a stack that runs is not moved for that.
    `of_stopped` also counts what stopped containers of other stacks will publish.
    """
    from wtc.engine.observe.snapshot import published_ports

    own = {
        port.port for container in observed.containers if container.state in RUNNING_STATES for port in container.ports
    }
    return published_ports(engine, other_than=namespace, listing=listing, of_stopped=of_stopped) - own


def observed_ports(observed: Observed, span: range) -> dict[PortId, PortBinding]:
    """Return port -> how the stack's container was created to publish it; host ports in `span` alone: the leases."""
    ports: dict[PortId, PortBinding] = {}
    for port, published in _published_ports(observed.containers):
        if published.port in span:
            ports.setdefault(port, published)
    return ports


def unrecorded_ports(
    records: StackRecords, namespace: Namespace, observed: Observed, span: range, busy: Collection[int]
) -> dict[PortId, PortBinding]:
    """Return port -> how the stack's container publishes it, for each lease that the registry lacks.

    A host port that a running container publishes is the stack's lease, even if the registry has another lease for the
    port, or leases the host port to another stack. A stopped container counts only if the registry has no lease for its
    port, and not if the host port is in `busy`: others have it now.
    """
    record = records.record_for(namespace)
    others = records.leased_to_others(namespace.name)
    seen = observed_ports(observed, span)
    found = {port: seen[port] for port in seen.keys() - record.ports.keys() if seen[port].port not in busy}
    for port, published in _published_ports(c for c in observed.containers if c.state in RUNNING_STATES):
        recorded, number = record.ports.get(port), published.port
        is_lease = number == recorded or (number in span and number != record.fixed.get(port))
        if is_lease and (number != recorded or number in others):
            found[port] = published
    return found


def _published_ports(containers: Iterable[ObservedContainer]) -> Iterator[tuple[PortId, PortBinding]]:
    """Yield each published port with its identity; one-off containers are left out."""
    for container in containers:
        if not container.oneoff:
            ids = port_ids(container.service, container.number, container.ports)
            yield from zip(ids, container.ports, strict=True)


def _settled(observed: Observed, *, recreating: bool) -> frozenset[PortId]:
    """Return the ports that existing containers publish."""
    return frozenset() if recreating else frozenset(port for port, _ in _published_ports(observed.containers))


def _adopt_published(
    store: Store, namespace: Namespace, observed: Observed, span: range, busy: Collection[int]
) -> None:
    if unrecorded_ports(store.read(), namespace, observed, span, busy):
        with store.transaction() as records:
            found = unrecorded_ports(records, namespace, observed, span, busy)
            ports = {port: published.port for port, published in found.items()}
            addresses = {port: published.host_ip for port, published in found.items() if published.host_ip}
            records.adopt(namespace, ports, addresses)
