"""Host ports for a stack: the registry's leases, with what the engine shows taken into account."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wtc.compose.interpolation.port_variables import PortVariables
from wtc.events import Note, warn
from wtc.model.namespace import Namespace
from wtc.model.observed import EngineListing, Observed, ObservedContainer, PublishedPort
from wtc.model.ports import PortRequest
from wtc.model.project import PortVariable, Project
from wtc.orchestrator.context.context import Context
from wtc.planner.lifecycle import RUNNING_STATES
from wtc.ports.lease_keys import lease_keys
from wtc.ports.leases import lease_host_ports
from wtc.ports.requests import port_requests
from wtc.ports.variables import leased_variables, named_ports
from wtc.registry.stack_records import StackRecords
from wtc.registry.store import Store
from wtc.settings.settings import BIND, PORT_RANGE, Settings

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class StackPorts:
    """The leased ports of a stack."""

    requests: tuple[PortRequest, ...]
    leased: Mapping[str, int]
    """Request key -> host port."""
    moved: Mapping[str, int]
    """Request key -> the port that it had before, which others have now."""
    joined: Mapping[str, int] = field(default_factory=dict[str, int])
    """Request key -> the port that it had before it got the number of another one: see `LeaseResult.joined`."""
    variables: tuple[PortVariable, ...] = ()
    """The variables by which the file itself names its ports."""
    port_variables: PortVariables = field(default_factory=PortVariables)
    """Their values, and where they mean the leased ports."""
    warnings: tuple[str, ...] = ()

    def by_place(self) -> dict[tuple[str, int, int], int]:
        """(service, index in its `ports`, replica) -> host port."""
        return {(r.service, r.index, r.number): self.leased[r.key] for r in self.requests if r.key in self.leased}


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
    """Leases what the project publishes.

    `observed` gives back the leases that the registry has lost, or has given to others too; without it no lease moves
    for what others have leased. The leases of existing containers stay apart, unless all are `recreating`. `busy` are
    ports that others hold on the engine. With `probe` (a local engine) a port that some program of this machine has is
    passed over.
    """
    from wtc.ports.probe import is_bindable

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
        free=lambda request, port: not probe or is_bindable(port, request.protocol, request.host_ip or bind),
        keep=observed is None,
        settled=None if observed is None else _settled(observed, recreating=recreating),
    )
    return StackPorts(
        requests=requests,
        leased=given.ports,
        moved=given.moved,
        joined=given.joined,
        variables=project.port_variables,
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
    engine, namespace, observed = context.engine, context.namespace, context.observed
    others = held_by_others(engine, namespace, observed, listing=context.listing)
    ports = lease_ports(
        context.state.store,
        namespace,
        project,
        scales=scales or {},
        settings=context.state.settings_for(project),
        observed=observed,
        busy={*others, *busy},
        probe=engine.host_is_local,
        recreating=recreating,
    )
    report = context.report
    for text in ports.warnings:
        warn(report, text)
    for key, before in ports.moved.items():
        report(Note(text=f"{key} moves from host port {before}, which is taken, to {ports.leased[key]}"))
    for key, before in ports.joined.items():
        report(Note(text=f"{key} moves from host port {before} to {ports.leased[key]}, to have one number with others"))
    return ports


def known_ports(
    store: Store,
    namespace: Namespace,
    project: Project,
    *,
    settings: Settings,
    observed: Observed,
) -> StackPorts:
    """The ports that the stack has by now; leases nothing."""
    requests = port_requests(project, {})
    record = store.read().stacks.get(namespace.name)
    seen = observed_ports(observed, settings.of(PORT_RANGE).value)
    leased = {key: published.port for key, published in seen.items()} | dict(record.ports if record else {})
    asked = {request.key for request in requests}
    return StackPorts(
        requests=requests,
        leased={k: p for k, p in leased.items() if k in asked},
        moved={},
        variables=project.port_variables,
        port_variables=port_variables_of(project, requests, leased),
    )


def known_stack_ports(context: Context, project: Project) -> StackPorts:
    """The ports that the context's stack has by now; leases nothing. An offline context has those of the registry."""
    observed = Observed() if context.offline else context.observed
    settings = context.state.settings_for(project)
    return known_ports(context.state.store, context.namespace, project, settings=settings, observed=observed)


def port_variables_of(project: Project, requests: Sequence[PortRequest], leased: Mapping[str, int]) -> PortVariables:
    """The project's port variables with their leased ports (`leased`: request key -> port).

    Raises:
        ComposeFileError: `x-wtc.port_variables` is not valid.
    """
    return leased_variables(project, named_ports(requests, leased, project.port_variables))


def held_by_others(
    engine: "Engine", namespace: Namespace, observed: Observed, *, listing: EngineListing | None = None
) -> frozenset[int]:
    """Return the host ports that the stack cannot have: what others hold, without what its own containers publish now.

    One port can be published twice, at two addresses or for two protocols, and a stack that runs is not moved for that.
    """
    from wtc.engine.observe.snapshot import published_ports

    own = {
        port.port for container in observed.containers if container.state in RUNNING_STATES for port in container.ports
    }
    return published_ports(engine, other_than=namespace, listing=listing) - own


def observed_ports(observed: Observed, span: range) -> dict[str, PublishedPort]:
    """Request key -> what the stack's container was created to publish; only ports in `span`: the leases."""
    ports: dict[str, PublishedPort] = {}
    for key, published in _published_ports(observed.containers):
        if published.port in span:
            ports.setdefault(key, published)
    return ports


def unrecorded_ports(
    records: StackRecords, namespace: Namespace, observed: Observed, span: range, busy: Collection[int]
) -> dict[str, PublishedPort]:
    """Request key -> what the stack's container publishes, for each lease that the registry lacks.

    A port that a running container publishes is the stack's lease, whatever the registry has for its key, and even if
    it leases the port to another stack. What a stopped container is going to publish only counts for a missing key, and
    not if the port is in `busy`: others have it by now.
    """
    record = records.record_for(namespace)
    others = records.leased_to_others(namespace.name)
    seen = observed_ports(observed, span)
    found = {key: seen[key] for key in seen.keys() - record.ports.keys() if seen[key].port not in busy}
    for key, published in _published_ports(c for c in observed.containers if c.state in RUNNING_STATES):
        recorded, port = record.ports.get(key), published.port
        is_lease = port == recorded or (port in span and port != record.fixed.get(key))
        if is_lease and (port != recorded or port in others):
            found[key] = published
    return found


def _published_ports(containers: Iterable[ObservedContainer]) -> Iterator[tuple[str, PublishedPort]]:
    """Request key and port of each published port; one-off containers are left out."""
    for container in containers:
        if not container.oneoff:
            keys = lease_keys(container.service, container.number, ((p.target, p.protocol) for p in container.ports))
            yield from zip(keys, container.ports, strict=True)


def _settled(observed: Observed, *, recreating: bool) -> frozenset[str]:
    """The keys of ports that existing containers publish."""
    return frozenset() if recreating else frozenset(key for key, _ in _published_ports(observed.containers))


def _adopt_published(
    store: Store, namespace: Namespace, observed: Observed, span: range, busy: Collection[int]
) -> None:
    if unrecorded_ports(store.read(), namespace, observed, span, busy):
        with store.transaction() as records:
            found = unrecorded_ports(records, namespace, observed, span, busy)
            ports = {key: published.port for key, published in found.items()}
            addresses = {key: published.host_ip for key, published in found.items() if published.host_ip}
            records.adopt(namespace, ports, addresses)
