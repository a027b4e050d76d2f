"""The hooks and settings of the compose file, for commands that work without the file."""

from collections.abc import Collection

from wtc.errors import ComposeFileError
from wtc.events import warn
from wtc.model.diagnostic import Severity
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.target import Located
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.model.project import Project
    from wtc.planner.lifecycle import ServiceHooks
    from wtc.settings.settings import Settings

_HIDING = (b"include", b"extends", b"\\", b"\0")
"""In a file with one of these, attributes can come from another file, or a key can be escaped or in UTF-16."""


def declared_hooks(context: Context, *, starting: Collection[str] | None = None) -> "dict[str, ServiceHooks]":
    """Return service -> dependencies and hooks of all services, as the file has them; none if the file cannot be used.

    In that case the dependencies come from the containers' labels, and no hook runs. `starting`: the services whose
    containers the command starts.

    Raises:
        ComposeFileError: a service that starts needs a secret or config without content.
    """
    from wtc.orchestrator.context.resolve import read_with_ports
    from wtc.orchestrator.host_ports.leases import known_stack_ports
    from wtc.planner.desired.all_services import all_services
    from wtc.planner.lifecycle import ServiceHooks

    if context.located.missing:
        return {}
    try:
        project = context.projects.read(name=context.namespace.name, env_files=False)
        if any(s.post_start or s.pre_stop for s in all_services(project).values()):
            # The values of variables, and so the ports, matter to hooks only.
            project = read_with_ports(context, known_stack_ports(context, project))
        services = all_services(project)
        started = tuple(name for name in starting or () if name in services)
        if not {*started} <= project.services.keys():
            # Naming a service enables its profile.
            project = context.projects.read(name=context.namespace.name, services=started, env_files=False)
    except ComposeFileError as error:
        text = f"the compose file cannot be used, so that no hook is run: {error.message}"
        warn(context.report, text, hint="to see what is wrong with it, run `wtc config -q`")
        return {}
    if started:
        _refuse_without_content(project, started)
    return {
        name: ServiceHooks(depends_on=s.depends_on, post_start=s.post_start, pre_stop=s.pre_stop)
        for name, s in services.items()
    }


def pre_stop_hooks(context: Context) -> "dict[str, ServiceHooks]":
    """Return `declared_hooks` for a command that only stops; interpret the project only if it may have such hooks."""
    return declared_hooks(context) if _may_contain(context.located, b"pre_stop") else {}


def _may_contain(located: Located, key: bytes) -> bool:
    """Return whether the project may have an attribute with this key: its files contain that, or one of `_HIDING`."""
    try:
        texts = [located.reader.read(path) for path in located.files]
    except OSError:
        return True
    return any(part in text for text in texts for part in (key, *_HIDING))


def project_settings(context: Context) -> "Settings":
    """Return the settings, with the project's `x-wtc:` if the file can be used."""
    if context.located.missing:
        return context.state.settings
    try:
        return context.state.settings_for(context.projects.read(name=context.namespace.name, env_files=False))
    except ComposeFileError:
        return context.state.settings


def _refuse_without_content(project: "Project", services: Collection[str]) -> None:
    """Check the services before their containers start.

    Raises:
        ComposeFileError: a secret or config of the services has no content.
    """
    from wtc.planner.desired.file_grants import unreachable_files

    found = [d for d in unreachable_files(project) if d.severity is Severity.ERROR]
    errors = [d for d in found if d.path[1] in services]
    if errors:
        raise ComposeFileError(errors[0].message, diagnostics=errors)
