"""`wait`: wait until containers of the stack end, and return their exit statuses."""

import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from queue import SimpleQueue

from wtc.dataclass import dataclass
from wtc.errors import WtcError
from wtc.events import Reporter
from wtc.interruption import get_in_turns
from wtc.model.namespace import Namespace
from wtc.model.observed import ObservedContainer
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.context.validate_services import validate_services


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerEnd:
    """How a container ended."""

    container: ObservedContainer
    status: int


@contextmanager
def wait(
    target: Target, services: Sequence[str], report: Reporter
) -> Generator[tuple[Namespace, Generator[ContainerEnd]]]:
    """Yield the containers of these services as they end; those that have ended already come first.

    Raises:
        UsageError: neither the engine nor the file has a service that was named.
        WtcError: a service has no container.
    """
    from wtc.engine.observe.container_queries import wait_for_exit

    with Context(target, report, containers_alone=True) as context:
        validate_services(context, services)
        there = context.containers(services)
        ended: SimpleQueue[ContainerEnd | WtcError] = SimpleQueue()

        def look(container: ObservedContainer) -> None:
            try:
                ended.put(ContainerEnd(container=container, status=wait_for_exit(context.engine, container.id)))
            except WtcError as error:
                ended.put(error)

        for container in there:
            # Daemons: nothing but the end of the program breaks off a wait.
            threading.Thread(target=look, args=(container,), name=container.service, daemon=True).start()

        def container_ends() -> Generator[ContainerEnd]:
            for _ in there:
                found = get_in_turns(ended)
                if isinstance(found, WtcError):
                    raise found
                yield found

        yield context.namespace, container_ends()
