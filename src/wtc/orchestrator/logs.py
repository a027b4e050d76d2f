"""`logs`: what the stack's containers have written, and go on writing."""

import heapq
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from wtc.errors import EngineError, NotFoundError
from wtc.events import Note, Reporter
from wtc.model.observed import ObservedContainer
from wtc.orchestrator.context.context import warn
from wtc.orchestrator.context.observed_context import ObservedContext, open_observed
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.context.validate_services import validate_services

BATCH = 1000
"""Lines that are handed on at once, at most, of what is there already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogsRequest:
    """What the user asks for; `services` empty is all of them, `number` 0 all replicas."""

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
    """RFC 3339, as the engine has it."""
    text: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Logs:
    """`batches` of lines: in the order of their times, or followed, in that in which they come."""

    replicas: tuple[tuple[str, int], ...]
    """Service and number of what is there to begin with."""
    batches: Iterator[Sequence[StackLine]]


@contextmanager
def logs(target: Target, request: LogsRequest, report: Reporter) -> Generator[Logs]:
    """The logs, for as long as they are read.

    Raises:
        UsageError: neither the engine nor the file has a service that was named.
        EngineUnreachableError: none answers, or (while they are read) no longer.
    """
    with open_observed(target, report) as stack:
        validate_services(request.services, stack.located, stack.observed)
        chosen = [c for c in stack.observed.containers if not c.oneoff and _wanted(request, c.service, c.number)]
        if not chosen:
            what = f"of `{stack.namespace.name}`" if not (request.services or request.number) else "of that"
            report(Note(text=f"nothing {what} is there"))
        batches = _followed(stack, request, report) if request.follow else _history(stack, request, chosen, report)
        try:
            yield Logs(replicas=tuple(dict.fromkeys((c.service, c.number) for c in chosen)), batches=batches)
        finally:
            batches.close()


def _wanted(request: LogsRequest, service: str, number: int) -> bool:
    return (not request.services or service in request.services) and request.number in {0, number}


def _followed(stack: ObservedContext, request: LogsRequest, report: Reporter) -> Generator[Sequence[StackLine]]:
    from wtc.engine.logs.follow import LogWindow, follow_logs

    reading = LogWindow(
        wanted=lambda service, number: _wanted(request, service, number),
        tail=request.tail,
        since=request.since,
        until=request.until,
    )
    for batch in follow_logs(stack.engine, stack.namespace, reading, warn=lambda text: warn(report, text)):
        yield [StackLine(source.service, source.number, line.time, line.text) for source, line in batch]


def _history(
    stack: ObservedContext, request: LogsRequest, containers: Sequence[ObservedContainer], report: Reporter
) -> Generator[Sequence[StackLine]]:
    merged = heapq.merge(*(_read_container(stack, request, c, report) for c in containers), key=lambda line: line.time)
    batch: list[StackLine] = []
    for line in merged:
        batch.append(line)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    yield batch


def _read_container(
    stack: ObservedContext, request: LogsRequest, container: ObservedContainer, report: Reporter
) -> Generator[StackLine]:
    from wtc.engine.logs.follow import NOT_READABLE
    from wtc.engine.logs.history import open_log as read
    from wtc.engine.logs.history import read_lines

    try:
        stream = read(
            stack.engine,
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
    for line in read_lines(stack.engine, stream, of=container.name):
        last = max(last, line.time)
        yield StackLine(container.service, container.number, last, line.text)
