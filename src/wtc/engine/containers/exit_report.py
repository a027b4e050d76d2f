"""Report that a container has exited while the engine still stops it. Source: Engine API, `GET /containers/{id}/logs`.

The engine ends a followed log when the container has exited. Its response to a stop, and its events, come after it has
removed the container's endpoints, 70 to 150 ms later (engines 20.10 and 28.5).
"""

import contextlib
import threading
from collections.abc import Callable
from types import TracebackType

from wtc.engine.client.output_stream import read_available
from wtc.errors import WtcError
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.engine.client.transport import Response
    from wtc.model.observed import ContainerRef


class ExitReport:
    """A context in which `on_exit` is called, on another thread, once the container has exited.

    It is not called if the log cannot be followed, and perhaps not if the context ends first.
    """

    def __init__(self, engine: "Engine", container: "ContainerRef", on_exit: Callable[[], None]) -> None:
        self._engine = engine
        self._container = container
        self._on_exit = on_exit
        self._lock = threading.Lock()
        self._closed = False
        self._response: Response | None = None

    def __enter__(self) -> None:
        threading.Thread(target=self._read, name="exit", daemon=True).start()

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._lock:
            self._closed = True
            if self._response is not None:
                self._response.shutdown()

    def _read(self) -> None:
        # Not every log driver can be read. The stop itself reports what is wrong with the engine.
        with contextlib.suppress(WtcError):
            response = self._engine.call(
                "GET",
                f"/containers/{self._container.key}/logs",
                doing=f"follow the log of container `{self._container.name}`",
                params={"follow": 1, "stdout": 1, "stderr": 1, "tail": 0},
                stream=True,
            )
            with self._lock:
                self._response = response
                if self._closed:
                    response.shutdown()
            for _ in read_available(response):
                pass
            if not self._closed:
                self._on_exit()
