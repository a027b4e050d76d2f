"""`config --namespaced`: the compose file with the worktree's own names and host ports."""

from collections.abc import Sequence

from wtc.events import Reporter, Warned
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.resolve import interpret_with_ports, resolve_stack
from wtc.orchestrator.host_ports.leases import known_stack_ports
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.compose.loader.loaded_project import LoadedProject
    from wtc.orchestrator.context.target import Target


def namespaced_project(target: "Target", services: Sequence[str], report: Reporter) -> "LoadedProject":
    """Return the project as `namespaced` rewrites it. Does not need the engine; leases nothing.

    Raises:
        ComposeFileError: the files cannot be used, or have no such service.
    """
    from wtc.compose.format.namespaced import namespaced

    context = Context(target, report, offline=True)
    if context.located.missing:
        raise context.located.missing
    chosen = tuple(services)
    plain = context.projects.interpret(name=context.namespace.name, services=chosen)
    for warning in plain.loaded.warnings:
        report(Warned(diagnostic=warning))
    ports = known_stack_ports(context, plain.project)
    loaded = interpret_with_ports(context, ports, services=chosen).loaded
    return namespaced(loaded, resolve_stack(context, ports=ports, services=chosen, hashed=False))
