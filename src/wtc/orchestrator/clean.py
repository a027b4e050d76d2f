"""`clean`: all that the labels name goes, volumes and built images included, and the leases are freed."""

import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wtc.events import Planned, Reporter
from wtc.model.namespace import Namespace
from wtc.model.plan import Plan
from wtc.orchestrator.failure import raise_failed
from wtc.orchestrator.stack import Home, engine_of, open_home, warn
from wtc.orchestrator.target import Target, worktree_path
from wtc.planner.down import plan_clean

if TYPE_CHECKING:
    from wtc.engine.connection import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanRequest:
    """Which stacks: this worktree's, every worktree's, or those whose folder is gone."""

    all_worktrees: bool = False
    gone: bool = False
    timeout_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaning:
    """One stack and what its removal takes. `leases` is how many host ports are freed."""

    namespace: Namespace
    plan: Plan
    leases: int


def plan(target: Target, request: CleanRequest, report: Reporter) -> tuple[Cleaning, ...]:
    """What would be removed; stacks of which nothing is left are not there.

    Raises:
        WtcError: the engine cannot be reached, or the registry not be read.
    """
    home = open_home(target, report)
    for text in home.store.read().warnings:
        warn(report, text)
    with engine_of(target) as engine:
        found = (_cleaning(namespace, home, engine, request) for namespace in _chosen(target, request, home, engine))
        return tuple(c for c in found if c.plan or c.leases)


def carry_out(
    target: Target, request: CleanRequest, cleanings: tuple[Cleaning, ...], report: Reporter, stop: threading.Event
) -> None:
    """Removes the stacks, each planned once more under its lock: what is there by then goes.

    Raises:
        WtcError: something could not be removed.
    """
    from wtc.engine.execute import execute

    home = open_home(target, report)
    with engine_of(target) as engine:
        for namespace in (c.namespace for c in cleanings):
            with home.store.stack_lock(namespace.name, discard=True):
                cleaning = _cleaning(namespace, home, engine, request)
                report(Planned(plan=cleaning.plan, namespace=namespace.name))
                outcome = execute(cleaning.plan, engine, on_event=report, stop=stop)
                raise_failed(outcome, engine, namespace, interrupted=stop.is_set(), services=())
                if cleaning.leases or namespace.worktree in home.store.read().stacks:
                    with home.store.transaction() as ledger:
                        ledger.drop(namespace.worktree)


def _chosen(target: Target, request: CleanRequest, home: Home, engine: "Engine") -> list[Namespace]:
    from wtc.engine.observe import namespaces

    known = {**home.store.read().namespaces(), **namespaces(engine)}
    stacks = [Namespace(name=name, worktree=worktree) for name, worktree in sorted(known.items())]
    if request.gone:
        return [s for s in stacks if not os.path.isdir(s.worktree)]
    if request.all_worktrees:
        return stacks
    worktree = worktree_path(target)
    return [s for s in stacks if s.worktree == worktree]


def _cleaning(namespace: Namespace, home: Home, engine: "Engine", request: CleanRequest) -> Cleaning:
    from wtc.engine.observe import observe

    record = home.store.read().stacks.get(namespace.worktree)
    observed = observe(engine, namespace)
    plan = plan_clean(namespace, observed, timeout_s=request.timeout_s)
    return Cleaning(namespace=namespace, plan=plan, leases=len(record.ports) if record else 0)
