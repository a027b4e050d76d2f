"""The images of a stack, planned and executed: what `build` and `pull` share."""

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wtc.events import PlanStarted, Reporter, Warned
from wtc.model.desired import Desired
from wtc.model.namespace import Namespace
from wtc.model.plan import Plan
from wtc.model.up_options import UpOptions
from wtc.orchestrator.context.context import warn
from wtc.orchestrator.context.observed_context import ObservedContext
from wtc.orchestrator.context.resolve import observe_desired, resolve_stack
from wtc.orchestrator.host_ports.leases import StackPorts, held_by_others, known_ports, lease_ports
from wtc.orchestrator.session.failures import raise_failed
from wtc.planner.checks.conflicts import check_tags
from wtc.planner.images.plan_images import plan_images

if TYPE_CHECKING:
    from wtc.model.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagesResult:
    """What was done, or would be."""

    namespace: Namespace
    plan: Plan


def resolve_images(stack: ObservedContext, project: "Project", services: tuple[str, ...], *, lease: bool) -> Desired:
    located, home = stack.located, stack.home
    return resolve_stack(
        located,
        stack.namespace,
        home,
        host=stack.engine.host,
        ports=_leased_ports(stack, project) if lease else _known_ports(stack, project),
        services=services,
        hashed=lease,
    )


def _known_ports(stack: ObservedContext, project: "Project") -> StackPorts:
    settings = stack.home.settings_for(project)
    return known_ports(stack.home.store, stack.namespace, project, settings=settings, observed=stack.observed)


def _leased_ports(stack: ObservedContext, project: "Project") -> StackPorts:
    return lease_ports(
        stack.home.store,
        stack.namespace,
        project,
        scales={},
        settings=stack.home.settings_for(project),
        observed=stack.observed,
        busy=held_by_others(stack.engine, stack.namespace, stack.observed),
        probe=stack.engine.host_is_local,
    )


def execute_image_plan(
    stack: ObservedContext,
    desired: Desired,
    options: UpOptions,
    report: Reporter,
    stop: threading.Event,
    *,
    dry_run: bool,
    forgiving: bool = False,
) -> ImagesResult:
    from wtc.engine.executor import execute_plan

    observed = observe_desired(stack.engine, desired)
    check_tags(desired, observed)
    plan = plan_images(desired, observed, options)
    if not dry_run:
        for warning in plan.warnings:
            report(Warned(diagnostic=warning))
        report(PlanStarted(plan=plan, namespace=stack.namespace.name))
        outcome = execute_plan(plan, stack.engine, on_event=report, stop=stop)
        if forgiving and not stop.is_set():
            for _, error in outcome.failed:
                warn(report, "; ".join([error.message, *error.causes]))
        else:
            raise_failed(outcome, stack.engine, stack.namespace, interrupted=stop.is_set(), services=None)
    return ImagesResult(namespace=stack.namespace, plan=plan)
