"""`rm`: remove stopped containers of a stack. Its networks, volumes and leases stay."""

import threading
from collections.abc import Callable, Sequence

from wtc.dataclass import dataclass
from wtc.errors import InterruptedByUserError
from wtc.events import Reporter
from wtc.model.namespace import Namespace
from wtc.model.observed import RUNNING_STATES, ObservedContainer
from wtc.model.plan import Plan
from wtc.orchestrator.context.context import Context, report_foreign
from wtc.orchestrator.context.hooks import pre_stop_hooks
from wtc.orchestrator.context.stack_lock import lock_if_possible
from wtc.orchestrator.context.validate_services import validate_services
from wtc.orchestrator.host_ports.published import record_published
from wtc.orchestrator.session.execute import execute
from wtc.orchestrator.session.failures import raise_failed
from wtc.planner.down import plan_rm, removable_containers
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.orchestrator.context.target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class RmRequest:
    """What the user asks of `rm`; empty `services` means all of them."""

    services: tuple[str, ...] = ()
    stops: bool = False
    """Stop the containers that run, and remove them too."""
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RmResult:
    """What was done, or would be."""

    namespace: Namespace
    plan: Plan


def rm(
    target: "Target",
    request: RmRequest,
    report: Reporter,
    stop: threading.Event,
    *,
    confirm: Callable[[Sequence[str]], bool],
) -> RmResult:
    """Remove the containers. `confirm` is asked first, with their names; nothing is locked meanwhile.

    Raises:
        UsageError: neither the engine nor the file has a service that was named.
        InterruptedByUserError: the user does not confirm.
        WtcError: a container could not be removed.
    """
    with Context(target, report) as context:
        validate_services(context, request.services)
        chosen = _removable(context, request)
        if request.dry_run or not chosen:
            return RmResult(namespace=context.namespace, plan=_plan(context, chosen))
        if not confirm([container.name for container in chosen]):
            raise InterruptedByUserError("nothing was removed")
        with lock_if_possible(context.state, context.located.worktree, report):
            context.forget_snapshot()
            before, namespace = context.observed, context.namespace
            report_foreign(before, report)
            # What was created or started since then was not confirmed.
            confirmed = {container.id for container in chosen}
            plan = _plan(context, [c for c in _removable(context, request) if c.id in confirmed])
            outcome = execute(plan, context.engine, namespace.name, report, stop)
            record_published(context.engine, context.state, namespace, before=before)
            services = {c.service for c in before.containers}
            raise_failed(outcome, context.engine, namespace, interrupted=stop.is_set(), services=services)
    return RmResult(namespace=namespace, plan=plan)


def _removable(context: Context, request: RmRequest) -> list[ObservedContainer]:
    return removable_containers(context.observed, services=request.services, stops=request.stops)


def _plan(context: Context, containers: Sequence[ObservedContainer]) -> Plan:
    running = any(c.state in RUNNING_STATES for c in containers)
    return plan_rm(containers, declared=pre_stop_hooks(context) if running else {})
