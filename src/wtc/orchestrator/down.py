"""`down` and `clean`: from labels alone, so that they work when the file, the folder or the registry is gone."""

import threading
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from wtc.events import Planned, Reporter
from wtc.model.namespace import Namespace
from wtc.model.plan import Plan
from wtc.orchestrator.conduct import declared
from wtc.orchestrator.failure import raise_failed
from wtc.orchestrator.identify import namespace_for
from wtc.orchestrator.locks import lock_if_possible
from wtc.orchestrator.looking import OpenStack, report_foreign
from wtc.orchestrator.named import refuse_unknown
from wtc.orchestrator.published import record_published
from wtc.orchestrator.stack import Home, engine_of, open_home, update_registry
from wtc.orchestrator.target import Target, locate
from wtc.planner.down import plan_down
from wtc.planner.lifecycle import Declared

if TYPE_CHECKING:
    from wtc.engine.connection import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class DownRequest:
    """What the user asks of `down`."""

    services: tuple[str, ...] = ()
    timeout_s: int | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DownResult:
    """What was done, or would be."""

    namespace: Namespace
    plan: Plan


def down(target: Target, request: DownRequest, report: Reporter, stop: threading.Event) -> DownResult:
    """Stops and removes the worktree's containers and networks; its volumes and its leases stay.

    Raises:
        WtcError: something could not be removed.
    """
    from wtc.engine.observe import list_engine, observe

    located = locate(target)
    home = open_home(target, report)
    with engine_of(target) as engine:
        listing = list_engine(engine)
        namespace = namespace_for(located, home, engine, report, listing=listing)
        observed = observe(engine, namespace, listing=listing)
        report_foreign(observed, report)
        refuse_unknown(request.services, located, observed)
        stack = OpenStack(located=located, namespace=namespace, home=home, engine=engine, observed=observed)
        conduct = declared(stack, report) if observed.containers else {}
        if request.dry_run:
            plan = plan_down(
                namespace,
                observed,
                services=request.services,
                timeout_s=request.timeout_s,
                declared=conduct,
            )
            return DownResult(namespace=namespace, plan=plan)
        with lock_if_possible(home, namespace.worktree, report):
            plan = take_down(engine, home, namespace, request, report, stop, conduct=conduct)
    return DownResult(namespace=namespace, plan=plan)


def take_down(
    engine: "Engine",
    home: Home,
    namespace: Namespace,
    request: DownRequest,
    report: Reporter,
    stop: threading.Event,
    *,
    conduct: Declared = MappingProxyType({}),
) -> Plan:
    """`down` of a stack whose lock is held. `conduct` is what the file says: the hooks before a stop.

    Raises:
        WtcError: something could not be removed.
    """
    from wtc.engine.execute import execute
    from wtc.engine.observe import observe

    observed = observe(engine, namespace)
    plan = plan_down(namespace, observed, services=request.services, timeout_s=request.timeout_s, declared=conduct)
    report(Planned(plan=plan, namespace=namespace.name))
    outcome = execute(plan, engine, on_event=report, stop=stop)
    record_published(engine, home, namespace, before=observed)
    services = {c.service for c in observed.containers}
    raise_failed(outcome, engine, namespace, interrupted=stop.is_set(), services=services)
    if not request.services:
        _mark_down(home, namespace, report)
    return plan


def _mark_down(home: Home, namespace: Namespace, report: Reporter) -> None:
    """Record that the stack is down, if the registry has it."""
    from wtc.registry.record import Ledger, Status

    def change(ledger: Ledger) -> None:
        if record := ledger.stacks.get(namespace.name):
            ledger.put(replace(record, status=Status.DOWN, fixed={}))

    if namespace.name in home.store.read().stacks:
        update_registry(home, report, change)
