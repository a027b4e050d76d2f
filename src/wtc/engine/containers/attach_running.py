"""Attach to the first process of a running container. Source: Engine API, `POST /containers/{id}/attach`."""

import signal
import threading
from contextlib import suppress

from wtc.dataclass import replace
from wtc.engine.client.hijack import hijack
from wtc.engine.client.json_access import get_number, get_object
from wtc.engine.containers.attach import AttachEnd, DetachedBySignalError, attach_user, raise_detached
from wtc.engine.containers.terminal import Descriptors, is_terminal, terminal_size
from wtc.errors import UsageError, WtcError
from wtc.model.observed import ContainerRef
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

FORWARD_S = 1.0
"""How long the engine may take to pass on a second signal."""


def attach_running(
    engine: "Engine", container: ContainerRef, local: Descriptors, *, keys: str, forwards_signals: bool
) -> int:
    """Attach to a container until it ends or the user detaches. Input goes to it only if it has `stdin_open`.

    `keys`: see `attach_user`. With `forwards_signals`, a signal goes to a container without a terminal, as
    `docker attach --sig-proxy` does it, and a second one ends wtc, too; else the first one ends wtc alone.

    Returns: its exit status; 0 if the user detached; 128 plus the number of the signal that ended wtc.

    Raises:
        UsageError: the container has a terminal, and standard input is none.
        EngineError: the container does not run.
    """
    doing = f"attach to container `{container.name}`"
    path = f"/containers/{container.key}"
    config = get_object(engine.object(f"{path}/json", doing=doing), "Config")
    terminal = config.get("Tty") is True
    if config.get("OpenStdin") is not True:
        local = replace(local, stdin=None)
    if terminal and local.stdin is not None and not is_terminal(local.stdin):
        raise UsageError(
            f"container `{container.name}` has a terminal, and standard input is not one",
            hints=["to read its output only, add `--no-stdin`"],
        )

    params = {"stream": 1, "stdout": 1, "stderr": 1, "stdin": int(local.stdin is not None)}
    connection = hijack(engine, f"{path}/attach", doing=doing, params=params)
    try:
        waiting = engine.call("POST", f"{path}/wait", doing=doing, stream=True)
        if terminal:
            _redraw(engine, path, doing, local)
        forwards = forwards_signals and not terminal
        end = attach_user(
            engine,
            connection,
            local,
            path=path,
            doing=doing,
            terminal=terminal,
            on_signal=_Forwarder(engine, path, doing).on_signal if forwards else raise_detached,
            keys=keys,
            ends_input=False,
        )
    except DetachedBySignalError as detached:
        return 128 + detached.number
    finally:
        connection.close()
    return 0 if end is AttachEnd.DETACHED else get_number(waiting.json(), "StatusCode")


class _Forwarder:
    """Forwards signals in threads: the main one has to hear the next signal, whatever the engine does."""

    def __init__(self, engine: "Engine", path: str, doing: str) -> None:
        self._engine, self._path, self._doing = engine, path, doing
        self._first: threading.Thread | None = None

    def on_signal(self, number: int) -> None:
        """Forward a signal. Raises: DetachedBySignalError, at the second one."""
        if self._first is None:
            self._first = self._begin(number)
            return
        if not self._first.is_alive():
            self._begin(number).join(FORWARD_S)
        raise DetachedBySignalError(number)

    def _begin(self, number: int) -> threading.Thread:
        begun = threading.Thread(target=self._send, args=(number,), daemon=True, name="wtc-signal")
        begun.start()
        return begun

    def _send(self, number: int) -> None:
        with suppress(WtcError, OSError):
            params = {"signal": signal.Signals(number).name}
            self._engine.call("POST", f"{self._path}/kill", doing=self._doing, params=params)


def _redraw(engine: "Engine", path: str, doing: str, local: Descriptors) -> None:
    """Set another size of the terminal first, so that a program redraws its screen at the right one."""
    rows, columns = terminal_size(local.stdout)
    if rows and columns:
        with suppress(WtcError):
            engine.call("POST", f"{path}/resize", doing=doing, params={"h": rows + 1, "w": columns + 1})
