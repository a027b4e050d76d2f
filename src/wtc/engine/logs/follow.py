"""Follow the logs of a stack: of its containers, also after a restart, and of new containers.

One thread reads each container, and one the engine's events. All of them put into one bounded queue, so that a slow
consumer slows down the reading and no line is dropped.
"""

import contextlib
import json
import threading
from calendar import timegm
from collections.abc import Callable, Generator, Mapping
from time import monotonic, strptime

from wtc import labels as label
from wtc.dataclass import dataclass, field
from wtc.engine.client.bounded_queue import BoundedQueue, QueueClosedError
from wtc.engine.client.json_access import get_number, get_object, get_text
from wtc.engine.logs.history import LogStream, open_log, read_lines
from wtc.engine.logs.log_lines import LogLine
from wtc.engine.logs.log_window import LogSource, LogWindow
from wtc.engine.observe import parse_inspect
from wtc.engine.observe.event_stream import EventStream
from wtc.errors import EngineError, EngineUnreachableError, NotFoundError, WtcError
from wtc.interruption import TURN_S
from wtc.model.observed import RUNNING_STATES
from wtc.planner.observed.ownership import is_named
from wtc.static_typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.model.namespace import Namespace

GRACE_S = 2.0
"""How long to wait for a restart after all containers have ended, before following ends."""
NOT_READABLE = 501
"""The engine's status if the log driver does not support reading."""
LINE_BYTES = 300
"""The size of a line in the queue, besides its text."""


Line: TypeAlias = tuple[LogSource, LogLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class _ReadingEnded:
    """The log stream of a container has ended."""

    source: LogSource
    error: WtcError | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _ContainerChanged:
    """A container has started or ended; `at_ns` is in nanoseconds since 1970."""

    source: LogSource
    started: bool
    at_ns: int
    exit_code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _EventsEnded:
    """The stream of events has ended."""

    error: WtcError | None


@dataclass(slots=True)
class _Followed:
    source: LogSource
    last: str = ""
    """The time of the last line, in RFC 3339."""
    repeats: int = 0
    """The number of lines with that time: reading again from that time begins with them."""
    ended: str = ""
    """When the container last ended, in seconds since 1970."""
    reading: bool = False
    restarted: bool = False
    """Whether the container was restarted since the reading began."""
    stream: LogStream | None = field(default=None, repr=False)


def follow_logs(
    engine: "Engine", namespace: "Namespace", wanted: LogWindow, *, warn: Callable[[str], None]
) -> Generator[list[Line]]:
    """Yield lines as they arrive, in batches of those that are available.

    End when all containers have ended and none was restarted; at once if none is running at the beginning.

    Raises:
        EngineUnreachableError: the connection to the engine was lost.
    """
    run = _Follow(engine, namespace, wanted, warn)
    try:
        yield from run.batches()
    finally:
        run.close()


class _Follow:
    def __init__(
        self, engine: "Engine", namespace: "Namespace", wanted: LogWindow, warn: Callable[[str], None]
    ) -> None:
        self.engine, self.namespace, self.wanted, self.warn = engine, namespace, wanted, warn
        self.messages: BoundedQueue[Line | _ReadingEnded | _ContainerChanged | _EventsEnded] = BoundedQueue()
        self.followed: dict[str, _Followed] = {}
        self.active: set[str] = set()
        self.grace_s = 0.0
        self.end_at: float | None = None
        self.closed = False
        filters = {"type": ["container"], "label": [f"{label.PROJECT}={namespace.name}"], "event": ["start", "die"]}
        # Open it before listing the containers, so that no event is missed.
        self.events = EventStream(engine, filters=filters)

    def batches(self) -> Generator[list[Line]]:
        threading.Thread(target=self._listen, name="events", daemon=True).start()
        self._attach_listed(tail=self.wanted.tail, first=True)
        while not self._finished():
            lines: list[Line] = []
            for message in self.messages.take(TURN_S if self.end_at is None else max(0.0, self.end_at - monotonic())):
                match message:
                    case _ContainerChanged():
                        self._on_change(message)
                    case _ReadingEnded():
                        self._on_reading_ended(message)
                    case _EventsEnded(error=error):
                        yield lines
                        raise error or EngineUnreachableError(
                            f"the engine at `{self.engine.address}` closed the connection while wtc followed the logs"
                        )
                    case _:
                        lines.append(message)
            yield lines

    def close(self) -> None:
        self.closed = True
        self.messages.close()
        self.events.close()
        for one in list(self.followed.values()):
            if one.stream is not None:
                one.stream.close()

    def _finished(self) -> bool:
        if self._continues():
            self.end_at = None
            return False
        if not self.messages.empty:
            return False
        if self.wanted.is_held and self.wanted.is_held():
            self.end_at = monotonic() + GRACE_S
        elif self.end_at is None:
            self.end_at = monotonic() + self.grace_s
        if monotonic() < self.end_at:
            return False
        # A restart can take longer than `GRACE_S`: list the containers again.
        self._attach_listed(tail=None, first=False)
        return not self._continues()

    def _continues(self) -> bool:
        reading = any(one.reading and self._awaits(one.source) for one in self.followed.values())
        return reading or bool(self.active and not self.wanted.until)

    def _reads(self, source: LogSource) -> bool:
        return self.wanted.wanted(source.service, source.number)

    def _awaits(self, source: LogSource) -> bool:
        return self.wanted.awaited(source.service) if self.wanted.awaited else self._reads(source)

    def _report_exit(self, source: LogSource, exit_code: int | None) -> None:
        if self.wanted.on_exit and self._awaits(source):
            self.wanted.on_exit(source, exit_code)

    def _attach_listed(self, *, tail: int | None, first: bool) -> None:
        filters = json.dumps({"label": [f"{label.PROJECT}={self.namespace.name}"]})
        listed = self.engine.list("/containers/json", doing="list containers", params={"all": 1, "filters": filters})
        for summary in listed:
            source = self._source(
                parse_inspect.parse_labels(summary), get_text(summary, "Id"), parse_inspect.container_name(summary)
            )
            if source is None:
                continue
            if get_text(summary, "State") in RUNNING_STATES:
                self._on_start(source)
            elif first:
                self._report_exit(source, None)
            if source.id not in self.followed and self._reads(source):
                self._attach(source, since=self.wanted.since, tail=tail)

    def _on_start(self, source: LogSource) -> None:
        if self._awaits(source):
            self.active.add(source.id)
            self.grace_s = GRACE_S

    def _source(self, labels: Mapping[str, str], identity: str, name: str) -> LogSource | None:
        """Return None for a container that is not followed, or that inherits its labels from the stack's images."""
        if not is_named(labels, name):
            return None
        number = parse_inspect.replica_number(labels)
        source = LogSource(id=identity, service=labels.get(label.SERVICE, ""), number=number)
        oneoff = labels.get(label.COMPOSE_ONEOFF, "").lower() == "true"
        return source if not oneoff and (self._reads(source) or self._awaits(source)) else None

    def _on_change(self, event: _ContainerChanged) -> None:
        source, one = event.source, self.followed.get(event.source.id)
        if not event.started:
            self.active.discard(source.id)
            if one is not None:
                one.ended = f"{event.at_ns // 10**9}.{event.at_ns % 10**9:09}"
            self._report_exit(source, event.exit_code)
            return
        self._on_start(source)
        if not self._reads(source):
            return
        if one is None:
            self._attach(source, since="", tail=None)
        elif one.reading:
            one.restarted = True
        else:
            self._resume(one)

    def _on_reading_ended(self, message: _ReadingEnded) -> None:
        one, error = self.followed[message.source.id], message.error
        one.reading = False
        if isinstance(error, EngineError) and error.status == NOT_READABLE:
            self.warn(f"the log driver of service `{one.source.service}` does not support reading logs")
            return
        if error is not None and not isinstance(error, NotFoundError):
            raise error
        if one.restarted:
            self._resume(one)

    def _resume(self, one: _Followed) -> None:
        self._attach(one.source, since=_seconds(one.last) if one.last else one.ended or self.wanted.since, tail=None)

    def _attach(self, source: LogSource, *, since: str, tail: int | None) -> None:
        one = self.followed.setdefault(source.id, _Followed(source=source))
        one.reading, one.restarted = True, False
        reader = threading.Thread(target=self._read, args=(one, since, tail), name=source.service, daemon=True)
        reader.start()

    def _read(self, one: _Followed, since: str, tail: int | None) -> None:
        error: WtcError | None = None
        try:
            one.stream = open_log(
                self.engine,
                one.source.id,
                follow=True,
                tail=tail,
                since=since,
                until=self.wanted.until,
                timestamps=True,
            )
            if self.closed:
                one.stream.close()
            self._put_lines(one, one.stream)
        except WtcError as raised:
            error = raised
        except QueueClosedError:
            return
        with contextlib.suppress(QueueClosedError):
            self.messages.put(_ReadingEnded(source=one.source, error=error))

    def _put_lines(self, one: _Followed, stream: LogStream) -> None:
        known, times = one.last, one.repeats
        source, put = one.source, self.messages.put
        for line in read_lines(stream):
            if known and "" < line.time <= known:
                if line.time < known:
                    continue
                if times:
                    times -= 1
                    continue
            one.repeats = one.repeats + 1 if line.time == one.last else 1
            one.last = line.time
            put((source, line), len(line.text) + LINE_BYTES)

    def _listen(self) -> None:
        error: WtcError | None = None
        with contextlib.suppress(QueueClosedError):
            try:
                for event in self.events:
                    actor = get_object(event, "Actor")
                    attributes = {str(k): str(v) for k, v in get_object(actor, "Attributes").items()}
                    if source := self._source(attributes, get_text(actor, "ID"), attributes.get("name", "")):
                        at_ns = get_number(event, "timeNano")
                        started = get_text(event, "Action") == "start"
                        code = attributes.get("exitCode", "")
                        exit_code = int(code) if code.isdigit() else 0
                        change = _ContainerChanged(source=source, started=started, at_ns=at_ns, exit_code=exit_code)
                        self.messages.put(change)
            except WtcError as raised:
                error = raised
            self.messages.put(_EventsEnded(error=error))


def _seconds(time: str) -> str:
    """Return the seconds since 1970, with nanoseconds, of a time in RFC 3339."""
    whole, _, rest = time.partition(".")
    return f"{timegm(strptime(whole, '%Y-%m-%dT%H:%M:%S'))}.{rest[:9]}"
