"""Share one stream of the engine's events between all waits of a plan. Source: Engine API, `GET /events`.

Events are counted from a container's start on, so that none of an earlier life of the container leads to a conclusion.
A stream that the engine ends is opened again from its last event on. A wait does not depend on the stream: it inspects
its container once a second too.
"""

import contextlib
import threading
from time import monotonic

from wtc import labels as label
from wtc.engine.client.json_access import get_number, get_object, get_text, parse_http_date
from wtc.errors import WtcError
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

    from wtc.engine.client.connection import Engine
    from wtc.engine.client.json_stream import Record
    from wtc.engine.observe.event_stream import EventStream
    from wtc.model.observed import ContainerRef

RECHECK_S = 1.0
OPEN_TIMEOUT_S = 1.0
"""How long a start waits for the stream; without the stream, waits depend on their inspections."""
REOPEN_S = 1.0
"""The least time from one opening of the stream to the next."""
_FILTERS = {
    "type": ["container"],
    "label": [f"{label.MANAGED}=true"],
    "event": ["start", "die", "health_status", "restart", "stop", "destroy", "unpause"],
}


class ContainerEvents:
    """The events of one container. `started_s`: when this plan started it (monotonic), None if it did not."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0
        self._expects_start = False
        self.started_s: float | None = None
        self.is_healthy = False
        """Whether its last health event says so."""
        self.has_succeeded = False
        """Whether it has exited with status 0, even if it runs again."""
        self.last_exit: int | None = None
        """The status of its last exit; None if it has not exited."""

    def expect_start(self) -> None:
        """Ignore events until the next start: they belong to the time before it."""
        with self._changed:
            self._expects_start = True
            self.is_healthy = self.has_succeeded = False
            self.last_exit = None

    def confirm_start(self) -> None:
        """Record that the engine has started it."""
        with self._changed:
            self.started_s = monotonic()

    def mark(self) -> int:
        """Return the mark for `wait_for_change`. Take it before an inspection, so that no event is missed after it."""
        with self._changed:
            return self._count

    def wait_for_change(self, mark: int, timeout_s: float) -> None:
        """Return after an event since `mark`, or after `timeout_s`."""
        with self._changed:
            self._changed.wait_for(lambda: self._count != mark, max(timeout_s, 0.0))

    def wake(self) -> None:
        """End the waits for a change."""
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    def add(self, action: str, exit_status: int) -> None:
        """Add an event: `die` with its status, `health_status: healthy`."""
        with self._changed:
            if self._expects_start:
                self._expects_start = action != "start"
                return
            if action == "die":
                self.is_healthy, self.last_exit = False, exit_status
                self.has_succeeded = self.has_succeeded or exit_status == 0
            elif action.startswith("health_status"):
                self.is_healthy = action.endswith(": healthy")
            self._count += 1
            self._changed.notify_all()


class EventWatch:
    """Passes the events of wtc's containers on to the waits for them."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._by_key: dict[str, ContainerEvents] = {}
        """Id or name -> events, as `ContainerRef.key`."""
        self._stopped: set[str] = set()
        """Ids of containers that the engine was asked to stop, and that were not started since."""
        self._answered = threading.Event()
        self._stream: EventStream | None = None
        self._last_ns = 0
        """The engine's time of the last event."""
        self._opened = ""
        """The engine's time when the first stream was opened, as an HTTP date."""
        self._closed = threading.Event()

    @classmethod
    @contextlib.contextmanager
    def over(cls, engine: "Engine", *, opened: bool) -> "Generator[EventWatch]":
        """Yield a watch and close it at the end. Only an `opened` one reads events."""
        watch = cls(engine)
        if opened:
            threading.Thread(target=watch._read, name="events", daemon=True).start()
        else:
            watch._answered.set()
        try:
            yield watch
        finally:
            watch._close()

    def of(self, container: "ContainerRef") -> ContainerEvents:
        """Return the events of a container."""
        with self._lock:
            return self._by_key.setdefault(container.key, ContainerEvents())

    def before_start(self, container: "ContainerRef") -> None:
        """Prepare for a start: no event after it is missed, and none before it counts."""
        if not self._answered.wait(OPEN_TIMEOUT_S):
            self._answered.set()
        self.of(container).expect_start()

    def after_start(self, container: "ContainerRef") -> None:
        """Record that the engine has started the container."""
        self.of(container).confirm_start()

    @property
    def stopped(self) -> frozenset[str]:
        """The ids of the containers that the engine was asked to stop, by this plan or another client."""
        with self._lock:
            return frozenset(self._stopped)

    def wake(self) -> None:
        """Wake all waits; they inspect their containers."""
        with self._lock:
            containers = list(self._by_key.values())
        for events in containers:
            events.wake()

    def _close(self) -> None:
        """End the stream, without waiting for the engine."""
        with self._lock:
            self._closed.set()
            stream = self._stream
        if stream is not None:
            stream.close()

    def _read(self) -> None:
        while not self._closed.is_set():
            begun_s = monotonic()
            # If the stream fails, each wait still inspects once a second.
            with contextlib.suppress(WtcError):
                self._read_stream()
            self._answered.set()
            self.wake()
            if monotonic() - begun_s < REOPEN_S:
                self._closed.wait(REOPEN_S)

    def _read_stream(self) -> None:
        from wtc.engine.observe.event_stream import EventStream

        stream = EventStream(self._engine, filters=_FILTERS, since=self._since())
        self._opened = self._opened or stream.date
        with self._lock:
            self._stream = stream
            closed = self._closed.is_set()
        if closed:
            stream.close()
        self._answered.set()
        for record in stream:
            self._pass_on(record)

    def _since(self) -> str:
        """Return the time of the last event, else of the first opening, else nothing; in seconds since 1970."""
        if self._last_ns:
            return f"{self._last_ns // 10**9}.{self._last_ns % 10**9:09}"
        return str(parse_http_date(self._opened) or "")

    def _pass_on(self, record: "Record") -> None:
        time_ns = record.get("timeNano")
        if isinstance(time_ns, int):
            # A stream that was opened again repeats its last event.
            if time_ns <= self._last_ns:
                return
            self._last_ns = time_ns
        actor, action = get_object(record, "Actor"), get_text(record, "Action")
        attributes, container = get_object(actor, "Attributes"), get_text(actor, "ID")
        with self._lock:
            if action == "stop":
                self._stopped.add(container)
            elif action == "start":
                self._stopped.discard(container)
            keys = (container, get_text(attributes, "name"))
            found = [self._by_key[key] for key in keys if key in self._by_key]
        for events in found:
            events.add(action, get_number(attributes, "exitCode"))
