"""`ports`: this worktree's host ports, from the registry; from the engine's labels where the registry has lost them."""

from dataclasses import dataclass

from wtc.config import BIND
from wtc.events import Reporter
from wtc.model.lease import Endpoint
from wtc.orchestrator.identify import identify
from wtc.orchestrator.stack import engine_host, engine_of, open_home, read_registry
from wtc.orchestrator.target import Target, locate
from wtc.planner.desired import reached_at
from wtc.registry.key import PortPlace, place_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PortsResult:
    """The stack's endpoints; none where nothing was leased."""

    worktree: str
    namespace: str
    endpoints: tuple[Endpoint, ...]


def ports(target: Target, report: Reporter) -> PortsResult:
    """The ports that the worktree's stack has, whether or not it runs.

    Raises:
        WtcError: the registry has no ports of the worktree, and no engine answers.
    """
    located = locate(target)
    home = open_home(target, report)
    ledger = read_registry(home, report)
    bind, host = home.settings.of(BIND).value, engine_host(target)
    record = ledger.stacks.get(identify(located, home, None).namespace.name)
    if record is not None and (record.ports or record.fixed):
        name, leased = record.namespace, record.fixed or record.ports
        addresses = record.addresses
    else:
        from wtc.engine.observe import list_engine, observe
        from wtc.orchestrator.leases import observed_ports

        with engine_of(target) as engine:
            listing = list_engine(engine)
            namespace = identify(located, home, engine, listing=listing).namespace
            # Whatever is published answers, be it a lease or not.
            seen = observed_ports(observe(engine, namespace, listing=listing), range(1, 65536))
        name, leased = namespace.name, {key: published.port for key, published in seen.items()}
        addresses = {key: published.host_ip for key, published in seen.items()}
    places = ((place_of(key), port, addresses.get(key) or bind) for key, port in leased.items())
    endpoints = sorted(endpoint_at(place, port, address, host) for place, port, address in places if place)
    return PortsResult(worktree=located.worktree, namespace=name, endpoints=tuple(endpoints))


def endpoint_at(place: PortPlace, port: int, address: str, host: str) -> Endpoint:
    """Where a leased port answers that is bound to `address` of the engine's machine, which is `host` to the caller."""
    return Endpoint(
        service=place.service,
        number=place.number,
        target=place.target,
        protocol=place.protocol,
        host=reached_at(address, host),
        port=port,
    )
