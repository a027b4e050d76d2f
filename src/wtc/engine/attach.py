"""The talk between a stream to the engine and the user's descriptors, in one thread that waits for all of them."""

import os
import select
import signal
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack, suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from wtc.engine.failures import mapped
from wtc.engine.hijack import CHUNK_BYTES, Hijacked, Wire
from wtc.engine.streams import HEADER_BYTES, STDERR
from wtc.engine.terminal import LEAVING, Descriptors, Detector, Signals, detach_keys, raw, signals, size
from wtc.errors import WtcError

if TYPE_CHECKING:
    from wtc.engine.connection import Engine

QUEUE_BYTES = 256 * 1024
"""So much input waits for the engine before no more is read."""
# A pipe that is writable takes so much without making the writer wait.
_PIECE_BYTES = select.PIPE_BUF
_Waited: TypeAlias = Wire | Signals | int


class Ending(StrEnum):
    """How a talk ended."""

    OVER = "over"
    DETACHED = "detached"


class Demultiplexer:
    """Takes a stream with both outputs apart; content is handed on before its frame is whole."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._left = 0

    def feed(self, chunk: bytes) -> list[tuple[int, bytes]]:
        """(stream, content), as it comes."""
        found: list[tuple[int, bytes]] = []
        view = memoryview(chunk)
        while view:
            if not self._left:
                taken = view[: HEADER_BYTES - len(self._head)]
                self._head += taken
                view = view[len(taken) :]
                if len(self._head) < HEADER_BYTES:
                    break
                self._left = int.from_bytes(self._head[4:], "big")
            content = view[: self._left]
            view = view[len(content) :]
            self._left -= len(content)
            if content:
                found.append((self._head[0], bytes(content)))
            if not self._left:
                self._head.clear()
        return found


def connect_user(
    engine: "Engine",
    connection: Hijacked,
    local: Descriptors,
    *,
    path: str,
    doing: str,
    terminal: bool,
    on_signal: Callable[[int], None],
) -> Ending:
    """The user's terminal, or plain descriptors, talk with a command until one of both ends it.

    `path` is the command's, which is told how large the terminal is. `on_signal`: see `converse`.

    Raises:
        EngineUnreachableError: the way to the engine broke off.
        BrokenPipeError: nobody reads the output any more.
    """

    def resize() -> None:
        rows, columns = size(local.stdout)
        if rows and columns:
            # What has ended by now has no size.
            with suppress(WtcError):
                engine.call("POST", f"{path}/resize", doing=doing, params={"h": rows, "w": columns})

    with ExitStack() as stack:
        # First of all, so that none of them ends wtc while the terminal is not as it was.
        coming = stack.enter_context(signals([*LEAVING, *([signal.SIGWINCH] if terminal else [])]))
        keys = None
        if terminal:
            if local.stdin is not None:
                stack.enter_context(raw(local.stdin))
            resize()
            configured = cast("Any", engine.api)._general_configs  # noqa: SLF001  docker-py has read the file
            keys = detach_keys(str(configured.get("detachKeys") or ""))
        try:
            return converse(connection.wire, local, coming, keys=keys, on_signal=on_signal, on_resize=resize)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise mapped(error, doing=doing, address=engine.address) from error


def converse(
    wire: Wire,
    local: Descriptors,
    coming: Signals,
    *,
    keys: bytes | None,
    on_signal: Callable[[int], None],
    on_resize: Callable[[], None],
) -> Ending:
    """Carries bytes both ways until the other side ends.

    `keys` (those that detach) are given where the command has a terminal, whose output is one stream; without, it is
    taken apart. Of the signals that are `coming`, `on_signal` gets those that ask to leave, and may raise to
    leave at once.

    Raises:
        OSError: the way to the engine broke off.
        BrokenPipeError: nobody reads the output any more.
    """
    talk = _Talk(wire, local, coming, Detector(keys) if keys is not None else None)
    while talk.ending is None:
        for number in talk.step():
            if number == signal.SIGWINCH:
                on_resize()
            elif number in LEAVING:
                on_signal(number)
    return talk.ending


class _Talk:
    def __init__(self, wire: Wire, local: Descriptors, coming: Signals, detector: Detector | None) -> None:
        self.wire, self.local, self.coming, self.detector = wire, local, coming, detector
        self.demultiplexer = None if detector else Demultiplexer()
        self.stdin = local.stdin
        self.finishing = local.stdin is None
        """Whether there is no more input, and the engine does not know it yet."""
        self.deaf = False
        """Whether the other side takes no more input."""
        self.sink: deque[tuple[int, memoryview]] = deque()
        self.over = False
        self.ending: Ending | None = None

    def step(self) -> list[int]:
        """Waits for whatever comes first and sees to it; the signals that came."""
        wire, sink = self.wire, self.sink
        listening = not sink and not self.over
        reading: list[_Waited] = [self.coming, *([wire] if listening else [])]
        if self.stdin is not None and wire.queued < QUEUE_BYTES:
            reading.append(self.stdin)
        writing: list[_Waited] = [*([wire] if wire.queued and not self.over else []), *([sink[0][0]] if sink else [])]
        readable, writable, _ = select.select(reading, writing, [], 0 if listening and wire.ready else None)
        if sink and sink[0][0] in writable:
            self._write()
        if self.stdin is not None and self.stdin in readable:
            self._read(self.stdin)
        self._send()
        if listening and (wire in readable or wire.ready):
            self._receive()
        if self.over and not sink:
            self.ending = self.ending or Ending.OVER
        return self.coming.read() if self.coming in readable else []

    def _read(self, stdin: int) -> None:
        try:
            data = os.read(stdin, CHUNK_BYTES)
        except BlockingIOError:
            return
        except OSError:
            # The terminal is gone.
            data = b""
        if not data:
            self.stdin, self.finishing = None, True
            return
        passed, detached = self.detector.feed(data) if self.detector else (data, False)
        if detached:
            self.ending = Ending.DETACHED
        if passed and not self.deaf:
            self.wire.put(passed)

    def _send(self) -> None:
        if self.deaf or self.over:
            return
        try:
            self.wire.flush()
            if self.finishing and not self.wire.queued:
                self.finishing = False
                self.wire.finish()
        except OSError:
            # It has ended, or closed its input: what it has written still comes.
            self.deaf, self.stdin = True, None

    def _receive(self) -> None:
        try:
            data = self.wire.take()
        except ConnectionResetError:
            # So it looks where the other side ended with input that it had not read.
            data = b""
        if data is None:
            return
        if not data:
            self.over = True
        elif self.demultiplexer is None:
            self.sink.append((self.local.stdout, memoryview(data)))
        else:
            for stream, content in self.demultiplexer.feed(data):
                self.sink.append((self.local.stderr if stream == STDERR else self.local.stdout, memoryview(content)))

    def _write(self) -> None:
        descriptor, content = self.sink.popleft()
        try:
            written = os.write(descriptor, content[:_PIECE_BYTES])
        except BlockingIOError:
            written = 0
        except BrokenPipeError:
            raise
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise WtcError("the output could not be written", causes=[why]) from error
        if rest := content[written:]:
            self.sink.appendleft((descriptor, rest))
