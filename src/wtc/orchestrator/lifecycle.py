"""`start`, `stop`, `restart`, `kill`, `pause` and `unpause`: what is there comes and goes, and stays what it is."""

import contextlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from wtc.errors import WtcError
from wtc.events import PlanStarted, Reporter, warn
from wtc.model.namespace import Namespace
from wtc.model.plan import Plan
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.hooks import declared_hooks, project_settings
from wtc.orchestrator.context.stack_lock import lock_if_possible, stack_lock
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.context.user_state import command_line_settings
from wtc.orchestrator.context.validate_services import validate_services
from wtc.orchestrator.host_ports.published import record_published
from wtc.orchestrator.session.failures import raise_failed
from wtc.orchestrator.session.memory_guard import MemoryRequest, oversubscription, reserve_memory
from wtc.planner.checks.memory_budget import starting_existing
from wtc.planner.lifecycle import (
    RUNNING_STATES,
    ServiceHooks,
    plan_kill,
    plan_pause,
    plan_restart,
    plan_start,
    plan_stop,
    plan_unpause,
)
from wtc.settings.settings import OVERSUBSCRIBE


class LifecycleVerb(StrEnum):
    """What is to happen to the containers."""

    START = "start"
    STOP = "stop"
    RESTART = "restart"
    KILL = "kill"
    PAUSE = "pause"
    UNPAUSE = "unpause"


AT_ONCE = frozenset({LifecycleVerb.KILL, LifecycleVerb.PAUSE, LifecycleVerb.UNPAUSE})
"""What is one call a container, and has its use while an `up` waits and holds the stack's lock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleRequest:
    """What the user asks for; `services` empty is all of them."""

    verb: LifecycleVerb
    services: tuple[str, ...] = ()
    timeout_s: int | None = None
    """How long a container may take to stop; without it its own grace period counts."""
    wait_timeout_s: float | None = None
    signal: str = "SIGKILL"
    no_deps: bool = False
    oversubscribe: bool = False
    """Start even what the engine's machine has no memory for."""
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleResult:
    """What was done, or would be. `absent`: there is no container that it could have been done to."""

    namespace: Namespace
    plan: Plan
    absent: bool


def change_lifecycle(
    target: Target, request: LifecycleRequest, report: Reporter, stop: threading.Event
) -> LifecycleResult:
    """Carries out one of the verbs on the worktree's stack.

    Raises:
        UsageError: neither the engine nor the file has a service that was named.
        WtcError: a container did not do what it was to do, or there is none to start.
    """
    from wtc.engine.executor import execute_plan

    with Context(target, report, given=command_line_settings(oversubscribe=request.oversubscribe)) as context:
        validate_services(context, request.services)
        if request.verb is LifecycleVerb.START and not context.containers():
            raise WtcError("there is nothing to start in this worktree", hints=["to bring its stack up, run `wtc up`"])
        starting = request.services if request.verb is LifecycleVerb.START else None
        hooks = {} if request.verb in AT_ONCE else declared_hooks(context, starting=starting)
        if request.dry_run:
            plan = _plan(context, request, hooks)
            wanted = _memory_needed(context, request, plan)
            if wanted and (refusal := oversubscription(context.engine, context.state, wanted)):
                warn(report, refusal.message, hint=refusal.hints[-1])
            return _result(context, plan)
        with contextlib.ExitStack() as held:
            if request.verb not in AT_ONCE:
                held.enter_context(_lock(context, request))
                # Another command may have changed the stack while it held the lock.
                context.forget_snapshot()
            before, namespace = context.observed, context.namespace
            plan = _plan(context, request, hooks)
            if wanted := _memory_needed(context, request, plan):
                held.enter_context(reserve_memory(context.engine, context.state, wanted))
            report(PlanStarted(plan=plan, namespace=namespace.name))
            outcome = execute_plan(plan, context.engine, on_event=report, stop=stop)
            record_published(context.engine, context.state, namespace, before=before)
            services = {c.service for c in before.containers}
            raise_failed(outcome, context.engine, namespace, interrupted=stop.is_set(), services=services)
            return _result(context, plan)


def _lock(context: Context, request: LifecycleRequest) -> "contextlib.AbstractContextManager[None]":
    if request.verb is LifecycleVerb.STOP:
        return lock_if_possible(context.state, context.namespace.worktree, context.report)
    return stack_lock(context.state, context.namespace.worktree)


def _plan(context: Context, request: LifecycleRequest, hooks: Mapping[str, ServiceHooks]) -> Plan:
    observed, services = context.observed, request.services
    match request.verb:
        case LifecycleVerb.START:
            return plan_start(observed, hooks, services=services, wait_timeout_s=request.wait_timeout_s)
        case LifecycleVerb.STOP:
            return plan_stop(observed, hooks, services=services, timeout_s=request.timeout_s)
        case LifecycleVerb.RESTART:
            return plan_restart(
                observed, hooks, services=services, timeout_s=request.timeout_s, no_deps=request.no_deps
            )
        case LifecycleVerb.KILL:
            return plan_kill(observed, services=services, signal=request.signal)
        case LifecycleVerb.PAUSE:
            return plan_pause(observed, services=services)
        case LifecycleVerb.UNPAUSE:
            return plan_unpause(observed, services=services)


def _memory_needed(context: Context, request: LifecycleRequest, plan: Plan) -> MemoryRequest | None:
    """What there has to be memory for; None where nobody is to look, or nothing starts that did not run before."""
    starting = starting_existing(context.observed, plan)
    ran = {c.name for c in context.observed.containers if c.state in RUNNING_STATES}
    if ran.issuperset(s.name for s in starting) or project_settings(context).of(OVERSUBSCRIBE).value:
        return None
    start = " ".join(["wtc start --oversubscribe", *request.services])
    return MemoryRequest(
        namespace=context.namespace, starting=starting, plan=plan, command=request.verb, anyway=f"run `{start}`"
    )


def _result(context: Context, plan: Plan) -> LifecycleResult:
    return LifecycleResult(namespace=context.namespace, plan=plan, absent=not context.observed.containers)
