"""`events`: stream the engine's events about the stack's containers."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager

from wtc import labels as label
from wtc.dataclass import dataclass
from wtc.events import Reporter
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.context.validate_services import validate_services

HIDDEN = ("com.docker.compose.", "com.wtc.")
"""Labels that are the same in every event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerEvent:
    """An event of a container. `at_ns`: nanoseconds since 1970."""

    at_ns: int
    action: str
    service: str
    container: str
    attributes: Mapping[str, str]


@contextmanager
def events(
    target: Target, services: Sequence[str], report: Reporter, *, since: str, until: str
) -> Generator[Iterator[ContainerEvent]]:
    """Yield the events from now or `since`, without end or `until`: both in seconds since 1970.

    Raises:
        UsageError: neither the engine nor the file has a service that was named.
        EngineUnreachableError: no engine answers, or it stops answering while events are read.
    """
    from wtc.engine.observe.event_stream import EventStream

    with Context(target, report) as context:
        if services:
            validate_services(context, services)
        filters = {"type": ["container"], "label": [f"{label.PROJECT}={context.namespace.name}"]}
        stream = EventStream(context.engine, filters=filters, since=since, until=until)
        try:
            yield (e for e in map(_event, stream) if not services or e.service in services)
        finally:
            stream.close()


def _event(record: Mapping[str, object]) -> ContainerEvent:
    from wtc.engine.client.json_access import get_number, get_object, get_text

    actor = get_object(record, "Actor")
    attributes = {str(key): str(value) for key, value in get_object(actor, "Attributes").items()}
    return ContainerEvent(
        at_ns=get_number(record, "timeNano"),
        action=get_text(record, "Action"),
        service=attributes.get(label.SERVICE, ""),
        container=get_text(actor, "ID"),
        attributes={k: v for k, v in sorted(attributes.items()) if not k.startswith(HIDDEN)},
    )
