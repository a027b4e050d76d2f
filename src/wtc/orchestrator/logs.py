"""`logs`: read and follow the output of the stack's containers."""

import heapq
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager

from wtc.dataclass import dataclass
from wtc.errors import EngineError, NotFoundError
from wtc.events import Note, Reporter, warn
from wtc.model.observed import ObservedContainer
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.context.validate_services import validate_services
from wtc.static_typing import NamedTuple

BATCH = 1000
"""How many existing lines are in a batch, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogsRequest:
    """The options of `logs`; empty `services` means all of them, `number` 0 all replicas."""

    services: tuple[str, ...] = ()
    number: int = 0
    follow: bool = False
    tail: int | None = None
    since: str = ""
    """Seconds since 1970, as `until`."""
    until: str = ""


class StackLine(NamedTuple):
    """A line of a replica."""

    service: str
    number: int
    time: str
    """RFC 3339, as the engine writes it."""
    text: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Logs:
    """Log lines. `batches` are sorted by time, or, when followed, in the order of arrival."""

    replicas: tuple[tuple[str, int], ...]
    """Service and number of the containers that exist at the start."""
    batches: Iterator[Sequence[StackLine]]


@contextmanager
def logs(target: Target, request: LogsRequest, report: Reporter) -> Generator[Logs]:
    """Open the logs, and close them at the end of the block.

    Raises:
        UsageError: neither the engine nor the file has a service that was named.
        EngineUnreachableError: no engine answers, or it stops answering while logs are read.
    """
    with Context(target, report) as context:
        validate_services(context, request.services)
        there = context.containers(request.services, required=False)
        chosen = [c for c in there if request.number in {0, c.number}]
        if not chosen:
            which = "such containers" if request.services or request.number else "containers"
            report(Note(text=f"`{context.namespace.name}` has no {which}, so there are no logs"))
        batches = _followed(context, request, report) if request.follow else _history(context, request, chosen, report)
        try:
            yield Logs(replicas=tuple(dict.fromkeys((c.service, c.number) for c in chosen)), batches=batches)
        finally:
            batches.close()


def _wanted(request: LogsRequest, service: str, number: int) -> bool:
    return (not request.services or service in request.services) and request.number in {0, number}


def _followed(context: Context, request: LogsRequest, report: Reporter) -> Generator[Sequence[StackLine]]:
    from wtc.engine.logs.follow import follow_logs
    from wtc.engine.logs.log_window import LogWindow

    reading = LogWindow(
        wanted=lambda service, number: _wanted(request, service, number),
        tail=request.tail,
        since=request.since,
        until=request.until,
    )
    for batch in follow_logs(context.engine, context.namespace, reading, warn=lambda text: warn(report, text)):
        yield [StackLine(source.service, source.number, line.time, line.text) for source, line in batch]


def _history(
    context: Context, request: LogsRequest, containers: Sequence[ObservedContainer], report: Reporter
) -> Generator[Sequence[StackLine]]:
    merged = heapq.merge(
        *(_read_container(context, request, c, report) for c in containers), key=lambda line: line.time
    )
    batch: list[StackLine] = []
    for line in merged:
        batch.append(line)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    yield batch


def _read_container(
    context: Context, request: LogsRequest, container: ObservedContainer, report: Reporter
) -> Generator[StackLine]:
    from wtc.engine.logs.follow import NOT_READABLE
    from wtc.engine.logs.history import open_log as read
    from wtc.engine.logs.history import read_lines

    try:
        stream = read(
            context.engine,
            container.id,
            tail=request.tail,
            since=request.since,
            until=request.until,
            timestamps=True,
        )
    except NotFoundError:
        return
    except EngineError as error:
        if error.status != NOT_READABLE:
            raise
        warn(report, f"the log driver of service `{container.service}` does not support reading logs")
        return
    last = ""
    for line in read_lines(stream):
        last = max(last, line.time)
        yield StackLine(container.service, container.number, last, line.text)
