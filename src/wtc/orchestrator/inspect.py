"""`inspect`: what wtc makes of the compose file. Needs no engine, and leases nothing."""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from wtc.compose.interpolation.port_variables import LEASED, OWN, is_published
from wtc.compose.support.report import AttributeReport, report_attributes
from wtc.errors import WtcError
from wtc.events import Reporter, Warned
from wtc.model.desired import Desired, DesiredService
from wtc.model.diagnostic import Diagnostic
from wtc.model.namespace import Namespace
from wtc.model.observed import Observed
from wtc.model.project import Project
from wtc.model.variable_use import VariableUse
from wtc.orchestrator.context.context import open_context
from wtc.orchestrator.context.identify import namespace_for
from wtc.orchestrator.context.project import load_and_decode
from wtc.orchestrator.context.resolve import resolve_stack
from wtc.orchestrator.context.target import Target, locate
from wtc.orchestrator.host_ports.leases import StackPorts, known_ports
from wtc.orchestrator.session.container_git import ContainerGit
from wtc.planner.checks.isolation import isolation_findings
from wtc.planner.desired.port_ids import port_ids
from wtc.planner.desired.references import Reference, names_of, references
from wtc.planner.git.container_git import ServiceGit


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedAs:
    """A port of a service: what the file asks for, and the host port that is leased for it (0: none yet)."""

    target: int
    protocol: str
    published: range
    host_ip: str
    leased: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectResult:
    """The project as it is read and as it would be in the worktree.

    `services` goes by name; `treated` and `isolation_findings` stand in the file's order.
    """

    namespace: Namespace
    project: Project
    services: tuple[str, ...]
    desired: Desired
    ports: StackPorts
    attribute_reports: tuple[AttributeReport, ...]
    references: tuple[Reference, ...]
    """What in the services names another part of the stack."""
    uses: tuple[VariableUse, ...]
    """Where services, and env files, use variables that name a port."""
    isolation_findings: tuple[Diagnostic, ...]
    git: Mapping[str, ServiceGit]
    """What is added so that git works in the containers, by service; for those that bind the linked worktree."""

    def service(self, name: str) -> DesiredService | None:
        """A service in the namespace; None for what no container is made of."""
        return self.desired.services.get(name)

    def published(self, name: str) -> tuple[PublishedAs, ...]:
        """A service's ports, those of its first replica."""
        config = self.project.services[name]
        ids = port_ids(name, 1, config.ports)
        return tuple(
            PublishedAs(
                target=port.target,
                protocol=port.protocol,
                published=port.published,
                host_ip=port.host_ip,
                leased=self.ports.leased.get(port_id, 0),
            )
            for port_id, port in zip(ids, config.ports, strict=True)
        )

    def port_meaning(self, use: VariableUse) -> str:
        """Return what a port's variable is at this use: `leased`, the leased port, or `own`, the file's own value."""
        return LEASED if is_published(use) or self.ports.port_variables.means_leased(use) else OWN

    def attributes(self, *place: str) -> tuple[AttributeReport, ...]:
        """What stands below a place: `("services", "web")`."""
        return tuple(t for t in self.attribute_reports if t.path[: len(place)] == place and len(t.path) > len(place))


def inspect(target: Target, services: tuple[str, ...], report: Reporter) -> InspectResult:
    """Looks at the file, and at what is leased for the worktree.

    Raises:
        ComposeFileError: the file cannot be used.
        UsageError: a service is named that there is none of.
    """
    located = locate(target)
    if located.missing:
        raise located.missing
    home = open_context(target, report)
    namespace = namespace_for(located, home, None, report)
    loaded, project = load_and_decode(located, name=namespace.name, services=services)
    for warning in loaded.warnings:
        report(Warned(diagnostic=warning))
    ports = known_ports(home.store, namespace, project, settings=home.settings_for(project), observed=Observed())
    desired = resolve_stack(located, namespace, home, host="127.0.0.1", ports=ports, services=services, hashed=False)
    git = ContainerGit(worktree=located.worktree, home=home, project=project)
    desired, in_containers = git.added(desired, Observed())
    git.report(report)
    return InspectResult(
        namespace=namespace,
        project=project,
        services=services or tuple(project.services),
        desired=desired,
        ports=ports,
        attribute_reports=report_attributes(loaded.root),
        references=tuple(_references(project, namespace)),
        uses=tuple(u for u in project.variable_uses if not u.path or u.path[1:2] in {(n,) for n in project.services}),
        isolation_findings=isolation_findings(project, lambda path: _lies_in(path, located.worktree)),
        git=in_containers,
    )


def _references(project: Project, namespace: Namespace) -> Iterator[Reference]:
    """The references of the services and of their Dockerfiles, as far as these can be read."""
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


def _lies_in(path: str, folder: str) -> bool:
    """Whether a path, its links resolved, is the folder or lies below it."""
    found = os.path.realpath(path)
    return found == folder or found.startswith(folder.rstrip("/") + "/")
