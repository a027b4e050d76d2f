"""The output of a stack as it comes: of its containers, of the same ones after a restart, and of those that are new.

One thread reads each container, one the engine's events; what they bring is taken from one inbox of limited size, so
that whoever is slow to take it slows down the reading, and nothing is dropped.
"""

import contextlib
import json
import threading
from calendar import timegm
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from time import monotonic, strptime
from typing import TYPE_CHECKING, TypeAlias

from wtc import labels as label
from wtc.engine.client.bounded_queue import BoundedQueue, QueueClosedError
from wtc.engine.client.json_access import get_object, get_text
from wtc.engine.logs.history import LogStream, open_log, read_lines
from wtc.engine.logs.log_lines import LogLine
from wtc.engine.observe import parse_inspect
from wtc.engine.observe.event_stream import EventStream
from wtc.errors import EngineError, EngineUnreachableError, NotFoundError, WtcError
from wtc.model.observed import RUNNING_STATES
from wtc.planner.observed.ownership import is_named

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.model.namespace import Namespace

GRACE_S = 2.0
"""How long what has ended may take to come back before it is over."""
NOT_READABLE = 501
"""The engine's answer where the log driver keeps nothing."""
LINE_BYTES = 300
"""What a line costs beside its text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSource:
    """A container whose output is read."""

    id: str
    service: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogWindow:
    """What of each log is wanted. `since`, `until`: seconds since 1970; `tail`: of what is there at the beginning."""

    wanted: Callable[[str, int], bool]
    """Service, replica -> whether its output is."""
    tail: int | None = None
    since: str = ""
    until: str = ""


Line: TypeAlias = tuple[LogSource, LogLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class _ReadingEnded:
    """A reading is over."""

    source: LogSource
    error: WtcError | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _ContainerChanged:
    """A container was started, or has ended, at a time in nanoseconds since 1970."""

    source: LogSource
    started: bool
    at_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _EventsEnded:
    """There are no more events."""

    error: WtcError | None


@dataclass(slots=True)
class _Followed:
    source: LogSource
    last: str = ""
    """The time of the last line."""
    repeats: int = 0
    """How many lines have that time: what is read again from there on begins with them."""
    ended: str = ""
    """When it last ended, in seconds since 1970."""
    reading: bool = False
    restarted: bool = False
    """Whether it was started again since the reading began."""
    stream: LogStream | None = field(default=None, repr=False)


def follow_logs(
    engine: "Engine", namespace: "Namespace", wanted: LogWindow, *, warn: Callable[[str], None]
) -> Generator[list[Line]]:
    """Lines as they come, as many at once as there are.

    Ends once every container has ended and none came back, at once where none runs to begin with.

    Raises:
        EngineUnreachableError: the engine has gone.
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
        self.alive: set[str] = set()
        self.grace_s = 0.0
        self.over_at: float | None = None
        self.closed = False
        filters = {"type": ["container"], "label": [f"{label.PROJECT}={namespace.name}"], "event": ["start", "die"]}
        # Before looking what is there, so that nothing slips by between the two.
        self.events = EventStream(engine, filters=filters)

    def batches(self) -> Generator[list[Line]]:
        threading.Thread(target=self._listen, name="events", daemon=True).start()
        self._look(tail=self.wanted.tail)
        while not self._over():
            lines: list[Line] = []
            for message in self.messages.take(None if self.over_at is None else max(0.0, self.over_at - monotonic())):
                match message:
                    case _ContainerChanged():
                        self._happened(message)
                    case _ReadingEnded():
                        self._ended(message)
                    case _EventsEnded(error=error):
                        yield lines
                        raise error or EngineUnreachableError(
                            f"the engine at `{self.engine.address}` has gone while its logs were followed"
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

    def _over(self) -> bool:
        if self._under_way():
            self.over_at = None
            return False
        if not self.messages.empty:
            return False
        if self.over_at is None:
            self.over_at = monotonic() + self.grace_s
        if monotonic() < self.over_at:
            return False
        # A restart policy may take longer than the grace: the engine knows.
        self._look(tail=None)
        return not self._under_way()

    def _under_way(self) -> bool:
        return any(one.reading for one in self.followed.values()) or bool(self.alive and not self.wanted.until)

    def _look(self, *, tail: int | None) -> None:
        filters = json.dumps({"label": [f"{label.PROJECT}={self.namespace.name}"]})
        listed = self.engine.list("/containers/json", doing="list containers", params={"all": 1, "filters": filters})
        for summary in listed:
            source = self._source(
                parse_inspect.parse_labels(summary), str(summary["Id"]), parse_inspect.container_name(summary)
            )
            if source is not None and get_text(summary, "State") in RUNNING_STATES:
                self.alive.add(source.id)
                self.grace_s = GRACE_S
            if source is not None and source.id not in self.followed:
                self._attach(source, since=self.wanted.since, tail=tail)

    def _source(self, labels: Mapping[str, str], identity: str, name: str) -> LogSource | None:
        """None for what is not wanted, and for what has inherited its labels from the stack's images."""
        if not is_named(labels, name):
            return None
        count = labels.get(label.COMPOSE_NUMBER, "")
        source = LogSource(
            id=identity, service=labels.get(label.SERVICE, ""), number=int(count) if count.isdigit() else 1
        )
        oneoff = labels.get(label.COMPOSE_ONEOFF, "").lower() == "true"
        return source if not oneoff and self.wanted.wanted(source.service, source.number) else None

    def _happened(self, event: _ContainerChanged) -> None:
        source, one = event.source, self.followed.get(event.source.id)
        if not event.started:
            self.alive.discard(source.id)
            if one is not None:
                one.ended = f"{event.at_ns // 10**9}.{event.at_ns % 10**9:09}"
            return
        self.alive.add(source.id)
        self.grace_s = GRACE_S
        if one is None:
            self._attach(source, since="", tail=None)
        elif one.reading:
            one.restarted = True
        else:
            self._resume(one)

    def _ended(self, message: _ReadingEnded) -> None:
        one, error = self.followed[message.source.id], message.error
        one.reading = False
        if isinstance(error, EngineError) and error.status == NOT_READABLE:
            self.warn(f"the log driver of service `{one.source.service}` keeps nothing that could be read")
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
            self._pass_on(one, one.stream)
        except WtcError as raised:
            error = raised
        except QueueClosedError:
            return
        with contextlib.suppress(QueueClosedError):
            self.messages.put(_ReadingEnded(source=one.source, error=error))

    def _pass_on(self, one: _Followed, stream: LogStream) -> None:
        known, times = one.last, one.repeats
        source, put = one.source, self.messages.put
        for line in read_lines(self.engine, stream, of=source.service):
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
                        at_ns = int(event.get("timeNano") or 0)
                        started = get_text(event, "Action") == "start"
                        self.messages.put(_ContainerChanged(source=source, started=started, at_ns=at_ns))
            except WtcError as raised:
                error = raised
            self.messages.put(_EventsEnded(error=error))


def _seconds(time: str) -> str:
    """Seconds since 1970, with nanoseconds, of the engine's RFC 3339."""
    whole, _, rest = time.partition(".")
    return f"{timegm(strptime(whole, '%Y-%m-%dT%H:%M:%S'))}.{rest[:9]}"
