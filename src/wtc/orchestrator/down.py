"""`down`: stop and remove a stack by its labels alone, so that it works without file, folder or registry.

What the plan and its execution need is imported while the engine lists its objects.
"""

import threading
from contextlib import nullcontext
from types import MappingProxyType

from wtc.dataclass import dataclass, replace
from wtc.events import Reporter
from wtc.model.namespace import Namespace
from wtc.orchestrator.context.context import Context, report_foreign
from wtc.orchestrator.context.stack_lock import lock_if_possible
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.context.user_state import UserState, update_registry
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.model.observed import Observed
    from wtc.model.plan import Plan
    from wtc.planner.lifecycle import DeclaredHooks


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
    plan: "Plan"


def down(target: Target, request: DownRequest, report: Reporter, stop: threading.Event) -> DownResult:
    """Stop and remove the worktree's containers and networks; keep its volumes and leases.

    Raises:
        WtcError: something could not be removed.
    """
    with Context(target, report) as context:
        lock = nullcontext() if request.dry_run else lock_if_possible(context.state, context.located.worktree, report)
        with lock:
            context.list_ahead()
            import wtc.engine.executor  # noqa: F401 # pyright: ignore[reportUnusedImport]
            from wtc.orchestrator.context.hooks import pre_stop_hooks
            from wtc.orchestrator.context.validate_services import validate_services

            observed, namespace = context.observed_as_listed, context.namespace
            report_foreign(observed, report)
            validate_services(context, request.services)
            hooks = pre_stop_hooks(context) if observed.containers else {}
            if request.dry_run:
                return DownResult(namespace=namespace, plan=_plan(namespace, observed, request, hooks))
            plan = take_stack_down(
                context.engine, context.state, namespace, request, report, stop, hooks=hooks, observed=observed
            )
    return DownResult(namespace=namespace, plan=plan)


def take_stack_down(
    engine: "Engine",
    state: UserState,
    namespace: Namespace,
    request: DownRequest,
    report: Reporter,
    stop: threading.Event,
    *,
    hooks: "DeclaredHooks" = MappingProxyType({}),
    observed: "Observed | None" = None,
) -> "Plan":
    """Execute `down` for a stack whose lock is held. `hooks`: the file's hooks, which run before a stop.

    `observed` is a snapshot since the lock is held; by default, observe here.

    Raises:
        WtcError: something could not be removed.
    """
    from wtc.engine.observe.snapshot import observe
    from wtc.orchestrator.session.execute import execute
    from wtc.orchestrator.session.failures import raise_failed

    observed = observed or observe(engine, namespace)
    plan = _plan(namespace, observed, request, hooks)
    outcome = execute(plan, engine, namespace.name, report, stop)
    if request.services or outcome.failed or outcome.skipped:
        from wtc.orchestrator.host_ports.published import record_published

        record_published(engine, state, namespace, before=observed)
    services = {c.service for c in observed.containers}
    raise_failed(outcome, engine, namespace, interrupted=stop.is_set(), services=services)
    if not request.services:
        _mark_down(state, namespace, report)
    return plan


def _plan(namespace: Namespace, observed: "Observed", request: DownRequest, hooks: "DeclaredHooks") -> "Plan":
    from wtc.planner.down import plan_down

    return plan_down(namespace, observed, services=request.services, timeout_s=request.timeout_s, declared=hooks)


def _mark_down(state: UserState, namespace: Namespace, report: Reporter) -> None:
    """Record that the stack is down, if the registry has it."""
    from wtc.registry.stack_records import StackRecords, Status

    def change(records: StackRecords) -> None:
        if record := records.stacks.get(namespace.name):
            records.put(replace(record, status=Status.DOWN, fixed={}))

    if namespace.name in state.store.read().stacks:
        update_registry(state, report, change)
