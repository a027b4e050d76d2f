"""Host ports for a stack: the registry's leases, with what the engine shows taken into account."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wtc.config import BIND, PORT_RANGE, Settings
from wtc.events import Note, Reporter
from wtc.model.lease import PortRequest
from wtc.model.namespace import Namespace
from wtc.model.observed import Observed, PublishedPort
from wtc.model.project import PortVariable, Project
from wtc.orchestrator.stack import Home, warn
from wtc.registry.key import keys_of
from wtc.registry.lease import lease
from wtc.registry.requests import port_requests
from wtc.registry.store import Store

if TYPE_CHECKING:
    from wtc.engine.connection import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The leased ports of a stack."""

    requests: tuple[PortRequest, ...]
    leased: Mapping[str, int]
    """Request key -> host port."""
    moved: Mapping[str, int]
    """Request key -> the port that it had before."""
    variables: tuple[PortVariable, ...] = ()
    """The variables by which the file itself names its ports."""
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
) -> Ports:
    """Leases what the project publishes.

    `observed` gives leases back that the registry has lost; `busy` are ports that others hold on the engine; with
    `probe` (a local engine) a port that some program of this machine has is passed over.
    """
    from wtc.registry.probe import bindable

    span = settings.of(PORT_RANGE).value
    bind = settings.of(BIND).value
    requests = port_requests(project, scales)
    if observed is not None:
        _adopt(store, namespace, observed, span)
    given = lease(
        store,
        namespace,
        requests,
        span=span,
        bind=bind,
        busy=busy,
        free=lambda request, port: not probe or bindable(port, request.protocol, request.host_ip or bind),
    )
    return Ports(
        requests=requests,
        leased=given.ports,
        moved=given.moved,
        variables=project.port_variables,
        warnings=given.warnings,
    )


def lease_on(
    engine: "Engine",
    home: Home,
    namespace: Namespace,
    stack: Project,
    report: Reporter,
    *,
    observed: Observed,
    busy: Collection[int] = (),
    scales: Mapping[str, int] | None = None,
) -> Ports:
    """Leases what the stack publishes on this engine: past the ports that others hold there, and telling what moves.

    Raises:
        WtcError: the registry cannot be written, or no port is left.
    """
    from wtc.engine.observe import published_ports

    ports = lease_ports(
        home.store,
        namespace,
        stack,
        scales=scales or {},
        settings=home.settings_for(stack),
        observed=observed,
        busy={*published_ports(engine, other_than=namespace), *busy},
        probe=engine.host_is_local,
    )
    for text in ports.warnings:
        warn(report, text)
    for key, before in ports.moved.items():
        report(Note(text=f"{key} moves from host port {before}, which is taken, to {ports.leased[key]}"))
    return ports


def known_ports(
    store: Store,
    namespace: Namespace,
    project: Project,
    *,
    settings: Settings,
    observed: Observed,
) -> Ports:
    """The ports that the stack has by now; leases nothing."""
    requests = port_requests(project, {})
    record = store.read().stacks.get(namespace.worktree)
    seen = observed_ports(observed, settings.of(PORT_RANGE).value)
    leased = {key: published.port for key, published in seen.items()} | dict(record.ports if record else {})
    asked = {request.key for request in requests}
    return Ports(
        requests=requests,
        leased={k: p for k, p in leased.items() if k in asked},
        moved={},
        variables=project.port_variables,
    )


def observed_ports(observed: Observed, span: range) -> dict[str, PublishedPort]:
    """Request key -> what the stack's container was created to publish; only ports in `span`: the leases."""
    ports: dict[str, PublishedPort] = {}
    for container in observed.containers:
        if container.oneoff:
            continue
        keys = keys_of(container.service, container.number, ((p.target, p.protocol) for p in container.ports))
        for key, published in zip(keys, container.ports, strict=True):
            if published.port in span:
                ports.setdefault(key, published)
    return ports


def _adopt(store: Store, namespace: Namespace, observed: Observed, span: range) -> None:
    record = store.read().stacks.get(namespace.worktree)
    seen = observed_ports(observed, span)
    lost = {key: published for key, published in seen.items() if record is None or key not in record.ports}
    if lost:
        ports = {key: published.port for key, published in lost.items()}
        addresses = {key: published.host_ip for key, published in lost.items() if published.host_ip}
        with store.transaction() as ledger:
            ledger.adopt(namespace.worktree, namespace.name, ports, addresses)
