"""Plan and execute the builds and pulls of a stack's images, for `build` and `pull`."""

import threading

from wtc.dataclass import dataclass
from wtc.events import warn
from wtc.model.desired import Desired
from wtc.model.namespace import Namespace
from wtc.model.plan import Plan
from wtc.model.up_options import UpOptions
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.resolve import observe_desired, resolve_stack
from wtc.orchestrator.host_ports.leases import StackPorts, known_stack_ports, lease_ports, ports_of_others
from wtc.orchestrator.session.execute import execute
from wtc.orchestrator.session.failures import raise_failed
from wtc.planner.checks.conflicts import check_tags
from wtc.planner.images.plan_images import plan_images
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.model.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagesResult:
    """What was done, or would be."""

    namespace: Namespace
    plan: Plan


def resolve_images(context: Context, project: "Project", services: tuple[str, ...], *, lease: bool) -> Desired:
    """Resolve the stack for its images; with `lease`, its ports are leased and its build contexts are read."""
    ports = _leased_ports(context, project) if lease else known_stack_ports(context, project)
    return resolve_stack(context, ports=ports, services=services, hashed=lease)


def _leased_ports(context: Context, project: "Project") -> StackPorts:
    return lease_ports(
        context.state.store,
        context.namespace,
        project,
        scales={},
        settings=context.state.settings_for(project),
        observed=context.observed,
        busy=ports_of_others(context, project),
        probe=context.engine.host_is_local,
    )


def execute_image_plan(
    context: Context,
    desired: Desired,
    options: UpOptions,
    stop: threading.Event,
    *,
    dry_run: bool,
    forgiving: bool = False,
) -> ImagesResult:
    """Build or pull the images; with `forgiving`, failures are warnings.

    Raises:
        WtcError: an image could not be built or pulled.
    """
    report, namespace = context.report, context.namespace
    observed = observe_desired(context, desired)
    check_tags(desired, observed)
    plan = plan_images(desired, observed, options)
    if not dry_run:
        outcome = execute(plan, context.engine, namespace.name, report, stop)
        if forgiving and not stop.is_set():
            for _, error in outcome.failed:
                warn(report, "; ".join([error.message, *error.causes]))
        else:
            raise_failed(outcome, context.engine, namespace, interrupted=stop.is_set(), services=None)
    return ImagesResult(namespace=namespace, plan=plan)
