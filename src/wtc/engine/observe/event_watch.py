"""Share one stream of the engine's events between all waits of a plan. Source: Engine API, `GET /events`.

An event only wakes the waits, which inspect their container again. A missed event delays them by a second at most,
because each wait also inspects by itself.
"""

import contextlib
import json
import threading
from time import monotonic
from typing import TYPE_CHECKING

from wtc import labels as label
from wtc.engine.client.output_stream import read_available
from wtc.errors import WtcError

if TYPE_CHECKING:
    from collections.abc import Generator

    from wtc.engine.client.connection import Engine
    from wtc.engine.client.transport import Response

RECHECK_S = 1.0
STOP_POLL_S = 0.05
_FILTERS = json.dumps(
    {
        "type": ["container"],
        "label": [f"{label.MANAGED}=true"],
        "event": ["start", "die", "health_status", "restart", "destroy", "unpause"],
    }
)


class EventWatch:
    """Wakes all waits when one of wtc's containers has an event."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._changed = threading.Condition()
        self._count = 0
        self._reader: threading.Thread | None = None
        self._response: Response | None = None
        self._closed = False

    @classmethod
    @contextlib.contextmanager
    def over(cls, engine: "Engine") -> "Generator[EventWatch]":
        """Yield a watch and close it at the end. The first wait opens the stream."""
        watch = cls(engine)
        try:
            yield watch
        finally:
            watch.close()

    def mark(self) -> int:
        """Return the mark for `wait_for_change`. Take it before an inspection, so that no event is missed after it."""
        with self._changed:
            if self._reader is None and not self._closed:
                self._reader = threading.Thread(target=self._read, name="events", daemon=True)
                self._reader.start()
            return self._count

    def wait_for_change(self, mark: int, timeout_s: float, stop: threading.Event) -> None:
        """Return after an event since `mark`, when `stop` is set, or after `timeout_s`, at most a second."""
        end = monotonic() + min(max(timeout_s, 0), RECHECK_S)
        with self._changed:
            while self._count == mark and not stop.is_set() and (left := end - monotonic()) > 0:
                self._changed.wait(min(left, STOP_POLL_S))

    def wake(self) -> None:
        """Wake the waits, as an event does."""
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    def close(self) -> None:
        """End the stream, without waiting for the engine."""
        with self._changed:
            self._closed = True
            response = self._response
        if response is not None:
            response.shutdown()

    def _read(self) -> None:
        # If the stream fails, each wait still inspects once a second.
        with contextlib.suppress(WtcError), self._engine.mapping("read the engine's events"):
            response = self._engine.call(
                "GET", "/events", doing="read the engine's events", params={"filters": _FILTERS}, stream=True
            )
            with self._changed:
                self._response = response
                closed = self._closed
            if closed:
                response.shutdown()
            for _ in read_available(response):
                self.wake()
