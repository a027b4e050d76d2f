"""`inspect`: how wtc interprets the compose file. Needs no engine, and leases nothing."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from wtc.compose.interpolation.port_variables import LEASED, OWN, is_published
from wtc.compose.support.report import AttributeReport, report_attributes
from wtc.dataclass import dataclass
from wtc.errors import WtcError
from wtc.events import Reporter, Warned
from wtc.model.desired import Desired, DesiredService
from wtc.model.diagnostic import Diagnostic
from wtc.model.namespace import Namespace
from wtc.model.observed import Observed
from wtc.model.position import Path
from wtc.model.project import Project
from wtc.model.service import Port
from wtc.model.variable_use import VariableUse
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.resolve import resolve_stack
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.host_ports.leases import StackPorts, known_stack_ports
from wtc.orchestrator.session.container_git import ContainerGit
from wtc.orchestrator.session.shared_things import lies_in
from wtc.planner.checks.isolation import isolation_findings
from wtc.planner.desired.port_ids import port_ids
from wtc.planner.desired.references import Reference, names_of, references
from wtc.planner.git.container_git import ServiceGit


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectResult:
    """The project as it is read, and as it would be in the worktree.

    `services` is sorted by name; `treated` and `isolation_findings` are in the order of the file.
    """

    namespace: Namespace
    project: Project
    services: tuple[str, ...]
    desired: Desired
    ports: StackPorts
    attribute_reports: tuple[AttributeReport, ...]
    of_section: Mapping[Path, tuple[AttributeReport, ...]]
    """A path such as `("services", "web")` -> those of `attribute_reports` that are below it."""
    references: tuple[Reference, ...]
    """The values in the services that name another part of the stack."""
    uses: tuple[VariableUse, ...]
    """Where services, and env files, use variables that name a port."""
    isolation_findings: tuple[Diagnostic, ...]
    git: Mapping[str, ServiceGit]
    """Service -> what is added so that git works in its containers, for services that bind a linked worktree."""

    def service(self, name: str) -> DesiredService | None:
        """Return a service in the namespace; None if no container is created for it."""
        return self.desired.services.get(name)

    def published(self, name: str) -> tuple[tuple[Port, int], ...]:
        """Return each port of a service's first replica with its leased host port; 0 if none is leased yet."""
        ports = self.project.services[name].ports
        leased = (self.ports.leased.get(port_id, 0) for port_id in port_ids(name, 1, ports))
        return tuple(zip(ports, leased, strict=True))

    def port_meaning(self, use: VariableUse) -> str:
        """Return what a port's variable is at this use: `leased`, the leased port, or `own`, the file's own value."""
        return LEASED if is_published(use) or self.ports.port_variables.means_leased(use) else OWN

    def attributes(self, section: str, name: str) -> tuple[AttributeReport, ...]:
        """Return what is below a path such as `("services", "web")`."""
        return self.of_section.get((section, name), ())


def inspect(target: Target, services: tuple[str, ...], report: Reporter) -> InspectResult:
    """Read the file, and the leases of the worktree.

    Raises:
        ComposeFileError: the file cannot be used.
        UsageError: a named service does not exist.
    """
    context = Context(target, report, offline=True)
    located = context.located
    if located.missing:
        raise located.missing
    namespace = context.namespace
    found = context.projects.interpret(name=namespace.name, services=services)
    loaded, project = found.loaded, found.project
    for warning in loaded.warnings:
        report(Warned(diagnostic=warning))
    ports = known_stack_ports(context, project)
    desired = resolve_stack(context, ports=ports, services=services, hashed=False)
    git = ContainerGit(worktree=located.worktree, state=context.state, project=project)
    desired, in_containers = git.added(desired, Observed())
    git.report(report)
    reports, named = report_attributes(loaded.root), {(name,) for name in project.services}
    return InspectResult(
        namespace=namespace,
        project=project,
        services=services or tuple(project.services),
        desired=desired,
        ports=ports,
        attribute_reports=reports,
        of_section=_by_section(reports),
        references=tuple(_references(project, namespace)),
        uses=tuple(u for u in project.variable_uses if not u.path or u.path[1:2] in named),
        isolation_findings=isolation_findings(project, lambda path: lies_in(path, located.worktree)),
        git=in_containers,
    )


def _by_section(reports: Sequence[AttributeReport]) -> dict[Path, tuple[AttributeReport, ...]]:
    found: dict[Path, list[AttributeReport]] = {}
    for one in reports:
        if len(one.path) > 2:
            found.setdefault(one.path[:2], []).append(one)
    return {path: tuple(below) for path, below in found.items()}


def _references(project: Project, namespace: Namespace) -> Iterator[Reference]:
    """Return the references of the services and of their Dockerfiles, as far as these can be read."""
    from wtc.engine.images.build_inputs import images_in

    names = names_of(project, namespace)
    for service in project.services.values():
        yield from references(service, names)
        images: tuple[str, ...] = ()
        if service.build is not None:
            with suppress(WtcError, OSError):
                images = images_in(service.build)
        own = [becomes for image in images if (becomes := names.own_image(image, other_than=service.name))]
        if own:
            attribute = "dockerfile_inline" if service.build and service.build.dockerfile_inline else "dockerfile"
            yield Reference(path=("services", service.name, "build", attribute), becomes=tuple(dict.fromkeys(own)))
