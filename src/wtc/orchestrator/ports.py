"""`ports`: this worktree's host ports, from the registry; from the engine's labels where the registry has lost them."""

from dataclasses import dataclass

from wtc.config import BIND, PORT_RANGE
from wtc.events import Reporter
from wtc.model.lease import Endpoint
from wtc.orchestrator.stack import engine_of, namespace_for, open_home, warn
from wtc.orchestrator.target import Target, locate


@dataclass(frozen=True, slots=True, kw_only=True)
class PortsResult:
    """The stack's endpoints; none where nothing was leased."""

    worktree: str
    namespace: str
    endpoints: tuple[Endpoint, ...]


def ports(target: Target, report: Reporter) -> PortsResult:
    """The ports that the worktree's stack has, whether or not it runs.

    Raises:
        WtcError: the registry knows nothing of the worktree, and no engine answers.
    """
    located = locate(target)
    home = open_home(target, report)
    ledger = home.store.read()
    for text in ledger.warnings:
        warn(report, text)
    bind = home.settings.of(BIND).value
    record = ledger.stacks.get(located.worktree)
    if record is not None and record.ports:
        name, leased = record.namespace, record.ports
    else:
        from wtc.engine.observe import observe
        from wtc.orchestrator.leases import observed_ports

        with engine_of(target) as engine:
            namespace = namespace_for(located.worktree, home, engine, report)
            name, leased = (
                namespace.name,
                observed_ports(observe(engine, namespace), home.settings.of(PORT_RANGE).value),
            )
    endpoints = tuple(_endpoint(key, port, bind) for key, port in leased.items())
    return PortsResult(worktree=located.worktree, namespace=name, endpoints=endpoints)


def _endpoint(key: str, port: int, host: str) -> Endpoint:
    """`web/80/tcp`, `web.2/80/tcp#1` -> where it answers."""
    replica, target, rest = key.rsplit("/", 2)
    service, dot, number = replica.rpartition(".")
    numbered = bool(dot) and number.isdigit()
    return Endpoint(
        service=service if numbered else replica,
        number=int(number) if numbered else 1,
        target=int(target),
        protocol=rest.partition("#")[0],
        host="127.0.0.1" if host in {"0.0.0.0", "::"} else host,
        port=port,
    )
