"""The hooks and settings of the compose file, for commands that work without the file."""

from collections.abc import Collection

from wtc.errors import ComposeFileError
from wtc.events import warn
from wtc.model.diagnostic import Severity
from wtc.model.project import Project
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.resolve import read_with_ports
from wtc.orchestrator.host_ports.leases import known_stack_ports
from wtc.planner.desired.file_grants import unreachable_files
from wtc.planner.lifecycle import ServiceHooks
from wtc.settings.settings import Settings


def declared_hooks(context: Context, *, starting: Collection[str] | None = None) -> dict[str, ServiceHooks]:
    """Return service -> dependencies and hooks, as the file has them; none if the file cannot be used.

    In that case the dependencies come from the containers' labels, and no hook runs. `starting`: the services that the
    command starts (all of them if it is empty).

    Raises:
        ComposeFileError: a service that starts needs a secret or config without content.
    """
    if context.located.missing:
        return {}
    try:
        project = context.projects.read(name=context.namespace.name, env_files=False)
        if any(s.post_start or s.pre_stop for s in project.services.values()):
            # The values of variables, and so the ports, matter to hooks only.
            project = read_with_ports(context, known_stack_ports(context, project))
    except ComposeFileError as error:
        text = f"the compose file cannot be used, so that no hook is run: {error.message}"
        warn(context.report, text, hint="to see what is wrong with it, run `wtc config -q`")
        return {}
    if starting is not None:
        _refuse_without_content(project, starting)
    return {
        name: ServiceHooks(depends_on=s.depends_on, post_start=s.post_start, pre_stop=s.pre_stop)
        for name, s in project.services.items()
    }


def project_settings(context: Context) -> Settings:
    """Return the settings, with the project's `x-wtc:` if the file can be used."""
    if context.located.missing:
        return context.state.settings
    try:
        return context.state.settings_for(context.projects.read(name=context.namespace.name, env_files=False))
    except ComposeFileError:
        return context.state.settings


def _refuse_without_content(project: Project, services: Collection[str]) -> None:
    """Check the services before their containers start; all of them if none is named.

    Raises:
        ComposeFileError: a secret or config of the services has no content.
    """
    found = [d for d in unreachable_files(project) if d.severity is Severity.ERROR]
    errors = [d for d in found if not services or d.path[1] in services]
    if errors:
        raise ComposeFileError(errors[0].message, diagnostics=errors)
