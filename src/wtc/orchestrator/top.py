"""`top`: list the processes in the stack's running containers."""

from collections.abc import Sequence

from wtc.dataclass import dataclass
from wtc.events import Reporter
from wtc.model.namespace import Namespace
from wtc.model.observed import PROCESS_STATES, ObservedContainer
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.context.validate_services import validate_services
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.observe.container_queries import ProcessTable


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerProcesses:
    """A running container and its processes."""

    container: ObservedContainer
    table: "ProcessTable"


def top(target: Target, services: Sequence[str], report: Reporter) -> tuple[Namespace, tuple[ContainerProcesses, ...]]:
    """Return the processes in the running containers of these services; of all services if none is named.

    Raises:
        UsageError: neither the engine nor the file has a service that was named.
    """
    from wtc.engine.observe.container_queries import list_processes

    with Context(target, report, containers_alone=True) as context:
        validate_services(context, services)
        there = context.containers(services, required=False)
        tables = [(c, list_processes(context.engine, c.id)) for c in there if c.state in PROCESS_STATES]
    return context.namespace, tuple(
        ContainerProcesses(container=c, table=table) for c, table in tables if table is not None
    )
