"""`start`, `stop`, `restart`, `kill`, `pause` and `unpause`: what is there comes and goes, and stays what it is."""

import contextlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from wtc.config import OVERSUBSCRIBE
from wtc.errors import WtcError
from wtc.events import Planned, Reporter
from wtc.model.namespace import Namespace
from wtc.model.plan import Plan
from wtc.orchestrator.conduct import declared, settings_of
from wtc.orchestrator.failure import raise_failed
from wtc.orchestrator.locks import lock_if_possible, stack_lock
from wtc.orchestrator.looking import OpenStack, open_stack
from wtc.orchestrator.memory import Wanted, memory_for, oversubscription
from wtc.orchestrator.named import refuse_unknown
from wtc.orchestrator.published import record_published
from wtc.orchestrator.stack import asked_for, warn
from wtc.orchestrator.target import Target
from wtc.planner.lifecycle import (
    ALIVE,
    Conduct,
    plan_kill,
    plan_pause,
    plan_restart,
    plan_start,
    plan_stop,
    plan_unpause,
)
from wtc.planner.memory import starting_again


class Verb(StrEnum):
    """What is to happen to the containers."""

    START = "start"
    STOP = "stop"
    RESTART = "restart"
    KILL = "kill"
    PAUSE = "pause"
    UNPAUSE = "unpause"


AT_ONCE = frozenset({Verb.KILL, Verb.PAUSE, Verb.UNPAUSE})
"""What is one call a container, and has its use while an `up` waits and holds the stack's lock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleRequest:
    """What the user asks for; `services` empty is all of them."""

    verb: Verb
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


def change(target: Target, request: LifecycleRequest, report: Reporter, stop: threading.Event) -> LifecycleResult:
    """Carries out one of the verbs on the worktree's stack.

    Raises:
        UsageError: neither the engine nor the file has a service that was named.
        WtcError: a container did not do what it was to do, or there is none to start.
    """
    from wtc.engine.execute import execute
    from wtc.engine.observe import observe

    with open_stack(target, report, given=asked_for(oversubscribe=request.oversubscribe)) as stack:
        refuse_unknown(request.services, stack.located, stack.observed)
        if request.verb is Verb.START and not stack.containers():
            raise WtcError("there is nothing to start in this worktree", hints=["to bring its stack up, run `wtc up`"])
        starting = request.services if request.verb is Verb.START else None
        conduct = {} if request.verb in AT_ONCE else declared(stack, report, starting=starting)
        if request.dry_run:
            plan = _plan(stack, request, conduct)
            wanted = _wanted(stack, request, plan)
            if wanted and (refusal := oversubscription(stack.engine, stack.home, wanted)):
                warn(report, refusal.message, hint=refusal.hints[-1])
            return _result(stack, plan)
        with contextlib.ExitStack() as held:
            seen = stack
            if request.verb not in AT_ONCE:
                held.enter_context(_lock(stack, request, report))
                # Whoever had the lock before may have changed it.
                seen = replace(stack, observed=observe(stack.engine, stack.namespace))
            plan = _plan(seen, request, conduct)
            if wanted := _wanted(seen, request, plan):
                held.enter_context(memory_for(seen.engine, seen.home, wanted))
            report(Planned(plan=plan, namespace=stack.namespace.name))
            outcome = execute(plan, stack.engine, on_event=report, stop=stop)
            record_published(stack.engine, stack.home, stack.namespace, before=seen.observed)
            services = {c.service for c in seen.observed.containers}
            raise_failed(outcome, stack.engine, stack.namespace, interrupted=stop.is_set(), services=services)
            return _result(seen, plan)


def _lock(stack: OpenStack, request: LifecycleRequest, report: Reporter) -> "contextlib.AbstractContextManager[None]":
    if request.verb is Verb.STOP:
        return lock_if_possible(stack.home, stack.namespace.worktree, report)
    return stack_lock(stack.home, stack.namespace.worktree)


def _plan(stack: OpenStack, request: LifecycleRequest, conduct: Mapping[str, Conduct]) -> Plan:
    observed, services = stack.observed, request.services
    match request.verb:
        case Verb.START:
            return plan_start(observed, conduct, services=services, wait_timeout_s=request.wait_timeout_s)
        case Verb.STOP:
            return plan_stop(observed, conduct, services=services, timeout_s=request.timeout_s)
        case Verb.RESTART:
            return plan_restart(
                observed, conduct, services=services, timeout_s=request.timeout_s, no_deps=request.no_deps
            )
        case Verb.KILL:
            return plan_kill(observed, services=services, signal=request.signal)
        case Verb.PAUSE:
            return plan_pause(observed, services=services)
        case Verb.UNPAUSE:
            return plan_unpause(observed, services=services)


def _wanted(stack: OpenStack, request: LifecycleRequest, plan: Plan) -> Wanted | None:
    """What there has to be memory for; None where nobody is to look, or nothing starts that did not run before."""
    starting = starting_again(stack.observed, plan)
    ran = {c.name for c in stack.observed.containers if c.state in ALIVE}
    if ran.issuperset(s.name for s in starting) or settings_of(stack).of(OVERSUBSCRIBE).value:
        return None
    start = " ".join(["wtc start --oversubscribe", *request.services])
    return Wanted(
        namespace=stack.namespace, starting=starting, plan=plan, command=request.verb, anyway=f"run `{start}`"
    )


def _result(stack: OpenStack, plan: Plan) -> LifecycleResult:
    return LifecycleResult(namespace=stack.namespace, plan=plan, absent=not stack.observed.containers)
