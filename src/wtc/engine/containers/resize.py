"""Set the size of a command's terminal. Source: Engine API, `POST /containers/{id}/resize`, `/exec/{id}/resize`."""

import threading
from contextlib import suppress

from wtc.engine.containers.terminal import terminal_size
from wtc.errors import WtcError
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine


class Resizer:
    """Sets the size of a command's terminal to the user's, in a thread, so that the main thread can handle signals."""

    def __init__(self, engine: "Engine", path: str, *, doing: str, terminal: int) -> None:
        self._engine, self._path, self._doing, self._terminal = engine, path, doing, terminal
        self._lock = threading.Lock()
        self._pending, self._running = False, False

    def resize(self) -> None:
        """Request that the terminal's current size is set. Never wait for the engine."""
        with self._lock:
            self._pending = True
            if self._running:
                return
            self._running = True
        threading.Thread(target=self._send, daemon=True, name="wtc-resize").start()

    def _send(self) -> None:
        while True:
            with self._lock:
                if not self._pending:
                    self._running = False
                    return
                self._pending = False
            rows, columns = terminal_size(self._terminal)
            if rows and columns:
                # A command that has ended cannot be resized.
                with suppress(WtcError, OSError):
                    params = {"h": rows, "w": columns}
                    self._engine.call("POST", f"{self._path}/resize", doing=self._doing, params=params)
