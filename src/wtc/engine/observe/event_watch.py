"""One stream of the engine's events for all waits of a run. Source: Engine API, `GET /events`.

An event says only that it is worth looking again; a missed one costs a moment, for every wait looks again by itself.
"""

import contextlib
import json
import threading
from time import monotonic
from typing import TYPE_CHECKING

from wtc import labels as label
from wtc.engine.client.output_stream import read_available, shut_stream
from wtc.errors import WtcError

if TYPE_CHECKING:
    from collections.abc import Generator

    from requests import Response

    from wtc.engine.client.connection import Engine

LOOK_AGAIN_S = 1.0
STOP_NOTICED_S = 0.05
_FILTERS = json.dumps(
    {
        "type": ["container"],
        "label": [f"{label.MANAGED}=true"],
        "event": ["start", "die", "health_status", "restart", "destroy", "unpause"],
    }
)


class EventWatch:
    """Wakes whoever waits when something happens to one of wtc's containers."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._changed = threading.Condition()
        self._seen = 0
        self._reader: threading.Thread | None = None
        self._response: Response | None = None
        self._closed = False

    @classmethod
    @contextlib.contextmanager
    def over(cls, engine: "Engine") -> "Generator[EventWatch]":
        """For as long as a run lasts. The stream is opened by the first wait."""
        watch = cls(engine)
        try:
            yield watch
        finally:
            watch.close()

    def mark(self) -> int:
        """What to hand to `wait_for_change`: taken before looking, so that nothing slips by between the two."""
        with self._changed:
            if self._reader is None and not self._closed:
                self._reader = threading.Thread(target=self._read, name="events", daemon=True)
                self._reader.start()
            return self._seen

    def wait_for_change(self, mark: int, timeout_s: float, stop: threading.Event) -> None:
        """Returns at the next event after `mark`, once `stop` is set, after `timeout_s`, or a second at the latest."""
        end = monotonic() + min(max(timeout_s, 0), LOOK_AGAIN_S)
        with self._changed:
            while self._seen == mark and not stop.is_set() and (left := end - monotonic()) > 0:
                self._changed.wait(min(left, STOP_NOTICED_S))

    def wake(self) -> None:
        """As if an event had come."""
        with self._changed:
            self._seen += 1
            self._changed.notify_all()

    def close(self) -> None:
        """Ends the stream, without waiting for the engine."""
        with self._changed:
            self._closed = True
            response = self._response
        if response is not None:
            shut_stream(response)

    def _read(self) -> None:
        # Without the stream every wait still looks once a second.
        with contextlib.suppress(WtcError), self._engine.mapping("read the engine's events"):
            response = self._engine.call(
                "GET", "/events", doing="read the engine's events", params={"filters": _FILTERS}, stream=True
            )
            with self._changed:
                self._response = response
                closed = self._closed
            if closed:
                shut_stream(response)
            for _ in read_available(response):
                self.wake()
