"""Compare a stack with its compose file, for `status`."""

from wtc.dataclass import replace
from wtc.model.desired import Desired
from wtc.model.observed import Observed, ObservedContainer
from wtc.model.ports import Endpoint
from wtc.model.project import Project
from wtc.model.up_options import UpOptions
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.resolve import observe_desired, resolve_stack
from wtc.orchestrator.host_ports.leases import known_stack_ports
from wtc.orchestrator.host_ports.published import endpoints_of, has_other_ports
from wtc.orchestrator.session.container_git import ContainerGit
from wtc.orchestrator.status import ServiceStatus
from wtc.planner.images.plan_images import plan_images
from wtc.planner.reconcile import Action, reconcile
from wtc.settings.settings import BIND


def compare_stack(context: Context) -> tuple[tuple[ServiceStatus, ...], Desired, Observed]:
    """Return the stack's services in dependency order, then the containers whose services are not in the file.

    With the desired and the observed state that they follow from.

    Raises:
        WtcError: the compose file cannot be used, or no engine answers.
    """
    project = context.projects.read()
    settings = context.state.settings_for(project)
    leases = known_stack_ports(context, project)
    desired = resolve_stack(context, ports=leases)
    observed = observe_desired(context, desired)
    git = ContainerGit(
        worktree=context.located.worktree,
        state=context.state,
        project=project,
        engine=context.engine,
        real=context.located.reader.real_path,
    )
    desired, _ = git.added(desired, observed)
    if has_other_ports(observed, leases.leased):
        fixed, _ = git.added(resolve_stack(context), observed)
        desired = _as_created(desired, fixed, observed)
    stale = {node.service: node.cause for node in plan_images(desired, observed, UpOptions()).nodes}
    decisions = reconcile(desired, observed, UpOptions(), {})

    def row(service: str, number: int, name: str, current: ObservedContainer | None, diverged: str) -> ServiceStatus:
        bind = settings.of(BIND).value
        endpoints = endpoints_of((service, number), current, leases, bind=bind, host=context.host)
        return _row(service, number, name, current, diverged, endpoints)

    rows = [
        row(
            d.spec.service,
            d.spec.number,
            d.spec.name,
            d.current,
            stale.get(name, "") or (d.cause if d.action in {Action.RECREATE, Action.RESTART} else ""),
        )
        for name, of_service in decisions.items()
        for d in of_service
    ]
    known = {(row.service, row.number) for row in rows}
    orphans = [c for c in observed.containers if not c.oneoff and (c.service, c.number) not in known]
    rows += [row(c.service, c.number, c.name, c, _orphan_reason(c, project)) for c in orphans]
    return tuple(rows), desired, observed


def _as_created(leased: Desired, fixed: Desired, observed: Observed) -> Desired:
    """Return the stack with leased ports; a service whose containers were created with the file's ports keeps those."""
    created = {(c.service, c.config_hash) for c in observed.containers}
    on_fixed = {
        name: service
        for name, service in fixed.services.items()
        if any((name, spec.config_hash) in created for spec in service.containers)
    }
    return replace(leased, services={**leased.services, **on_fixed})


def _orphan_reason(container: ObservedContainer, project: Project) -> str:
    """Return why a container is an orphan; empty for a service of a profile that is off."""
    if container.service in project.disabled:
        return ""
    if container.service in project.services:
        return "the file has fewer replicas"
    return "the file does not have its service"


def _row(
    service: str,
    number: int,
    name: str,
    current: ObservedContainer | None,
    diverged: str,
    endpoints: tuple[Endpoint, ...],
) -> ServiceStatus:
    return ServiceStatus(
        service=service,
        number=number,
        container=name,
        state=current.state if current else "absent",
        health=current.health if current and current.state == "running" else "",
        exit_code=current.exit_code if current else 0,
        diverged=diverged,
        endpoints=endpoints,
    )
