"""What the compose file says of its services' coming and going, for commands that can do without the file."""

from collections.abc import Collection

from wtc.errors import ComposeFileError
from wtc.events import Reporter, warn
from wtc.model.project import Project
from wtc.orchestrator.context.observed_context import ObservedContext
from wtc.orchestrator.context.project import read_project
from wtc.orchestrator.host_ports.leases import StackPorts, known_ports
from wtc.orchestrator.session.unsupported import refuse_without_content
from wtc.planner.lifecycle import ServiceHooks
from wtc.ports.variables import stack_variables
from wtc.settings.settings import Settings


def declared_hooks(
    stack: ObservedContext, report: Reporter, *, starting: Collection[str] | None = None
) -> dict[str, ServiceHooks]:
    """Service -> dependencies and hooks, as the file has them; of a file that cannot be used it has none.

    The labels on the containers tell the dependencies then, and no hook can be run. `starting` are the services that
    are to start (all of them if it is empty), if that is what the command does.

    Raises:
        ComposeFileError: something that starts needs a secret or config which has no content.
    """
    if stack.located.missing:
        return {}
    try:
        project = read_project(stack.located, name=stack.namespace.name, env_files=False)
        if any(s.post_start or s.pre_stop for s in project.services.values()):
            # Only now do the values of variables matter, and with them the ports.
            ports = _ports(stack, project)
            project = read_project(
                stack.located,
                name=stack.namespace.name,
                overrides=stack_variables(stack.namespace, ports.requests, ports.leased, stack.engine.host),
                port_variables=ports.port_variables,
            )
    except ComposeFileError as error:
        text = f"the compose file cannot be used, so that no hook is run: {error.message}"
        warn(report, text, hint="to see what is wrong with it, run `wtc config -q`")
        return {}
    if starting is not None:
        refuse_without_content(project, starting)
    return {
        name: ServiceHooks(depends_on=s.depends_on, post_start=s.post_start, pre_stop=s.pre_stop)
        for name, s in project.services.items()
    }


def project_settings(stack: ObservedContext) -> Settings:
    """The settings, with the project's own where the file can be used."""
    if stack.located.missing:
        return stack.state.settings
    try:
        return stack.state.settings_for(read_project(stack.located, name=stack.namespace.name, env_files=False))
    except ComposeFileError:
        return stack.state.settings


def _ports(stack: ObservedContext, project: Project) -> StackPorts:
    return known_ports(
        stack.state.store,
        stack.namespace,
        project,
        settings=stack.state.settings_for(project),
        observed=stack.observed,
    )
