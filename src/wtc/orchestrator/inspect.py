"""`inspect`: what wtc makes of the compose file. Needs no engine, and leases nothing."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from wtc.compose.support.report import AttributeReport, report_attributes
from wtc.events import Reporter, Warned
from wtc.model.desired import Desired, DesiredService
from wtc.model.diagnostic import Diagnostic
from wtc.model.namespace import Namespace
from wtc.model.observed import Observed
from wtc.model.project import Project
from wtc.orchestrator.context.context import open_context
from wtc.orchestrator.context.identify import namespace_for
from wtc.orchestrator.context.project import load_and_decode
from wtc.orchestrator.context.resolve import resolve_stack
from wtc.orchestrator.context.target import Target, locate
from wtc.orchestrator.host_ports.leases import StackPorts, known_ports
from wtc.orchestrator.session.container_git import ContainerGit
from wtc.planner.checks.isolation import isolation_findings
from wtc.planner.git.container_git import ServiceGit


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedAs:
    """A port of a service: what the file asks for, and the host port that is leased for it (0: none yet)."""

    target: int
    protocol: str
    published: str
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
    isolation_findings: tuple[Diagnostic, ...]
    git: Mapping[str, ServiceGit]
    """What is added so that git works in the containers, by service; for those that bind the linked worktree."""

    def service(self, name: str) -> DesiredService | None:
        """A service in the namespace; None for what no container is made of."""
        return self.desired.services.get(name)

    def published(self, name: str) -> tuple[PublishedAs, ...]:
        """A service's ports, those of its first replica."""
        config = self.project.services[name]
        places = self.ports.by_place()
        return tuple(
            PublishedAs(
                target=port.target,
                protocol=port.protocol,
                published=port.published,
                host_ip=port.host_ip,
                leased=places.get((name, index, 1), 0),
            )
            for index, port in enumerate(config.ports)
        )

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
        isolation_findings=isolation_findings(project, lambda path: _lies_in(path, located.worktree)),
        git=in_containers,
    )


def _lies_in(path: str, folder: str) -> bool:
    """Whether a path, its links resolved, is the folder or lies below it."""
    found = os.path.realpath(path)
    return found == folder or found.startswith(folder.rstrip("/") + "/")
