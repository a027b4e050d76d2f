"""`start`, `stop`, `restart`, `kill`, `pause` and `unpause`: what is there comes and goes, and stays what it is."""

import contextlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from wtc.errors import WtcError
from wtc.events import PlanStarted, Reporter
from wtc.model.namespace import Namespace
from wtc.model.observed import RUNNING_STATES, Observed
from wtc.model.plan import Plan
from wtc.orchestrator.context.context import command_line_settings, warn
from wtc.orchestrator.context.hooks import declared_hooks, project_settings
from wtc.orchestrator.context.observed_context import ObservedContext, open_observed
from wtc.orchestrator.context.stack_lock import lock_if_possible, stack_lock
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.context.validate_services import validate_services
from wtc.orchestrator.host_ports.published import record_published
from wtc.orchestrator.session.failures import raise_failed
from wtc.orchestrator.session.memory_guard import MemoryRequest, oversubscription, reserve_memory
from wtc.planner.checks.memory_budget import starting_existing
from wtc.planner.lifecycle import (
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
class _Command:
    """How a verb is planned. With `locks`, the command waits for the stack's lock and reads the hooks of the file.

    The others are one request for each container, and are useful while an `up` waits and holds the lock.
    """

    plan: Callable[[Observed, Mapping[str, ServiceHooks], LifecycleRequest], Plan]
    locks: bool = True


_COMMANDS = {
    LifecycleVerb.START: _Command(
        plan=lambda stack, hooks, asked: plan_start(
            stack, hooks, services=asked.services, wait_timeout_s=asked.wait_timeout_s
        )
    ),
    LifecycleVerb.STOP: _Command(
        plan=lambda stack, hooks, asked: plan_stop(stack, hooks, services=asked.services, timeout_s=asked.timeout_s)
    ),
    LifecycleVerb.RESTART: _Command(
        plan=lambda stack, hooks, asked: plan_restart(
            stack, hooks, services=asked.services, timeout_s=asked.timeout_s, no_deps=asked.no_deps
        )
    ),
    LifecycleVerb.KILL: _Command(
        plan=lambda stack, _, asked: plan_kill(stack, services=asked.services, signal=asked.signal), locks=False
    ),
    LifecycleVerb.PAUSE: _Command(plan=lambda stack, _, asked: plan_pause(stack, services=asked.services), locks=False),
    LifecycleVerb.UNPAUSE: _Command(
        plan=lambda stack, _, asked: plan_unpause(stack, services=asked.services), locks=False
    ),
}


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
    from wtc.engine.observe.snapshot import observe

    with open_observed(target, report, given=command_line_settings(oversubscribe=request.oversubscribe)) as stack:
        validate_services(request.services, stack.located, stack.observed)
        if request.verb is LifecycleVerb.START and not stack.containers():
            raise WtcError("there is nothing to start in this worktree", hints=["to bring its stack up, run `wtc up`"])
        starting = request.services if request.verb is LifecycleVerb.START else None
        command = _COMMANDS[request.verb]
        hooks = declared_hooks(stack, report, starting=starting) if command.locks else {}
        if request.dry_run:
            plan = command.plan(stack.observed, hooks, request)
            wanted = _memory_needed(stack, request, plan)
            if wanted and (refusal := oversubscription(stack.engine, stack.home, wanted)):
                warn(report, refusal.message, hint=refusal.hints[-1])
            return _result(stack, plan)
        with contextlib.ExitStack() as held:
            seen = stack
            if command.locks:
                held.enter_context(_lock(stack, request, report))
                # Whoever had the lock before may have changed it.
                seen = replace(stack, observed=observe(stack.engine, stack.namespace))
            plan = command.plan(seen.observed, hooks, request)
            if wanted := _memory_needed(seen, request, plan):
                held.enter_context(reserve_memory(seen.engine, seen.home, wanted))
            report(PlanStarted(plan=plan, namespace=stack.namespace.name))
            outcome = execute_plan(plan, stack.engine, on_event=report, stop=stop)
            record_published(stack.engine, stack.home, stack.namespace, before=seen.observed)
            services = {c.service for c in seen.observed.containers}
            raise_failed(outcome, stack.engine, stack.namespace, interrupted=stop.is_set(), services=services)
            return _result(seen, plan)


def _lock(
    stack: ObservedContext, request: LifecycleRequest, report: Reporter
) -> "contextlib.AbstractContextManager[None]":
    if request.verb is LifecycleVerb.STOP:
        return lock_if_possible(stack.home, stack.namespace.worktree, report)
    return stack_lock(stack.home, stack.namespace.worktree)


def _memory_needed(stack: ObservedContext, request: LifecycleRequest, plan: Plan) -> MemoryRequest | None:
    """What there has to be memory for; None where nobody is to look, or nothing starts that did not run before."""
    starting = starting_existing(stack.observed, plan)
    ran = {c.name for c in stack.observed.containers if c.state in RUNNING_STATES}
    if ran.issuperset(s.name for s in starting) or project_settings(stack).of(OVERSUBSCRIBE).value:
        return None
    start = " ".join(["wtc start --oversubscribe", *request.services])
    return MemoryRequest(
        namespace=stack.namespace, starting=starting, plan=plan, command=request.verb, anyway=f"run `{start}`"
    )


def _result(stack: ObservedContext, plan: Plan) -> LifecycleResult:
    return LifecycleResult(namespace=stack.namespace, plan=plan, absent=not stack.observed.containers)
