"""`start`, `stop`, `restart`, `kill`, `pause` and `unpause` of existing containers."""

import contextlib
import threading
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import partial

from wtc.dataclass import dataclass
from wtc.errors import WtcError
from wtc.events import Reporter, warn
from wtc.model.namespace import Namespace
from wtc.model.observed import RUNNING_STATES, Observed
from wtc.model.plan import Plan
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.error_positions import with_positions
from wtc.orchestrator.context.hooks import declared_hooks, project_settings
from wtc.orchestrator.context.stack_lock import lock_if_possible, stack_lock
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.context.user_state import command_line_settings
from wtc.orchestrator.context.validate_services import validate_services
from wtc.orchestrator.host_ports.published import record_published
from wtc.orchestrator.session.execute import execute
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
    """The operation on the containers."""

    START = "start"
    STOP = "stop"
    RESTART = "restart"
    KILL = "kill"
    PAUSE = "pause"
    UNPAUSE = "unpause"


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleRequest:
    """What the user asks for; empty `services` means all of them."""

    verb: LifecycleVerb
    services: tuple[str, ...] = ()
    timeout_s: int | None = None
    """How long a container may take to stop; None uses the grace period of the container."""
    wait_timeout_s: float | None = None
    signal: str = "SIGKILL"
    no_deps: bool = False
    oversubscribe: bool = False
    """Start even if the engine's machine does not have enough memory."""
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Command:
    """How a verb is planned. With `locks`, the command waits for the stack's lock and reads the hooks of the file.

    The other verbs send one request for each container, and are useful while an `up` waits and holds the lock.
    """

    plan: Callable[[Observed, Mapping[str, ServiceHooks], LifecycleRequest], Plan]
    locks: bool = True


_COMMANDS = {
    LifecycleVerb.START: _Command(
        plan=lambda stack, hooks, request: plan_start(
            stack, hooks, services=request.services, wait_timeout_s=request.wait_timeout_s
        )
    ),
    LifecycleVerb.STOP: _Command(
        plan=lambda stack, hooks, request: plan_stop(
            stack, hooks, services=request.services, timeout_s=request.timeout_s
        )
    ),
    LifecycleVerb.RESTART: _Command(
        plan=lambda stack, hooks, request: plan_restart(
            stack, hooks, services=request.services, timeout_s=request.timeout_s, no_deps=request.no_deps
        )
    ),
    LifecycleVerb.KILL: _Command(
        plan=lambda stack, _, request: plan_kill(stack, services=request.services, signal=request.signal), locks=False
    ),
    LifecycleVerb.PAUSE: _Command(
        plan=lambda stack, _, request: plan_pause(stack, services=request.services), locks=False
    ),
    LifecycleVerb.UNPAUSE: _Command(
        plan=lambda stack, _, request: plan_unpause(stack, services=request.services), locks=False
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleResult:
    """What was done, or would be. `absent`: no container exists for the operation."""

    namespace: Namespace
    plan: Plan
    absent: bool


def change_lifecycle(
    target: Target, request: LifecycleRequest, report: Reporter, stop: threading.Event
) -> LifecycleResult:
    """Execute one of the verbs on the worktree's stack.

    Raises:
        UsageError: neither the engine nor the file has a service that was named.
        WtcError: the operation on a container failed, or no container exists to start.
    """
    with (
        Context(target, report, given=command_line_settings(oversubscribe=request.oversubscribe)) as context,
        contextlib.ExitStack() as held,
    ):
        command = _COMMANDS[request.verb]
        if command.locks and not request.dry_run:
            # Before the stack is observed: another command may change it while it holds the lock.
            held.enter_context(_lock(context, request))
        validate_services(context, request.services)
        if request.verb is LifecycleVerb.START and not context.containers():
            raise WtcError(
                "the stack of this worktree has no containers to start", hints=["to bring its stack up, run `wtc up`"]
            )
        starting = (
            {c.service for c in context.containers(request.services)} if request.verb is LifecycleVerb.START else None
        )
        hooks = declared_hooks(context, starting=starting) if command.locks else {}
        if request.dry_run:
            plan = command.plan(context.observed, hooks, request)
            wanted = _memory_needed(context, request, plan)
            if wanted and (refusal := oversubscription(context.engine, context.state, wanted)):
                warn(report, refusal.message, hint=refusal.hints[-1])
            return _result(context, plan)
        before, namespace = context.observed, context.namespace
        plan = command.plan(before, hooks, request)
        if wanted := _memory_needed(context, request, plan):
            held.enter_context(reserve_memory(context.engine, context.state, wanted))
        outcome = execute(plan, context.engine, namespace.name, report, stop)
        record_published(context.engine, context.state, namespace, before=before)
        services = {c.service for c in before.containers}
        with with_positions(partial(context.projects.read, name=namespace.name, env_files=False)):
            raise_failed(outcome, context.engine, namespace, interrupted=stop.is_set(), services=services)
        return _result(context, plan)


def _lock(context: Context, request: LifecycleRequest) -> "contextlib.AbstractContextManager[None]":
    if request.verb is LifecycleVerb.STOP:
        return lock_if_possible(context.state, context.located.worktree, context.report)
    return stack_lock(context.state, context.located.worktree)


def _memory_needed(context: Context, request: LifecycleRequest, plan: Plan) -> MemoryRequest | None:
    """Return what needs memory; None if memory is not checked, or if nothing starts that did not run before."""
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
