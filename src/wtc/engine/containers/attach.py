"""The talk between a stream to the engine and the user's descriptors, in one thread that waits for all of them."""

import os
import select
import signal
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack, suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from wtc.engine.client.errors import translate_error
from wtc.engine.client.hijack import CHUNK_BYTES, DuplexSocket, HijackedStream
from wtc.engine.client.output_stream import HEADER_BYTES, STDERR
from wtc.engine.containers.terminal import (
    EXIT_SIGNALS,
    Descriptors,
    DetachDetector,
    SignalReader,
    parse_detach_keys,
    raw_mode,
    read_signals,
    terminal_size,
)
from wtc.errors import WtcError

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

QUEUE_BYTES = 256 * 1024
"""So much input waits for the engine before no more is read."""
# A pipe that is writable takes so much without making the writer wait.
_PIECE_BYTES = select.PIPE_BUF
_Waited: TypeAlias = DuplexSocket | SignalReader | int


class AttachEnd(StrEnum):
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


def attach_user(
    engine: "Engine",
    connection: HijackedStream,
    local: Descriptors,
    *,
    path: str,
    doing: str,
    terminal: bool,
    on_signal: Callable[[int], None],
) -> AttachEnd:
    """The user's terminal, or plain descriptors, talk with a command until one of both ends it.

    `path` is the command's, which is told how large the terminal is. `on_signal`: see `copy_both_ways`.

    Raises:
        EngineUnreachableError: the way to the engine broke off.
        BrokenPipeError: nobody reads the output any more.
    """

    def resize() -> None:
        rows, columns = terminal_size(local.stdout)
        if rows and columns:
            # What has ended by now has no size.
            with suppress(WtcError):
                engine.call("POST", f"{path}/resize", doing=doing, params={"h": rows, "w": columns})

    with ExitStack() as stack:
        # First of all, so that none of them ends wtc while the terminal is not as it was.
        coming = stack.enter_context(read_signals([*EXIT_SIGNALS, *([signal.SIGWINCH] if terminal else [])]))
        keys = None
        if terminal:
            if local.stdin is not None:
                stack.enter_context(raw_mode(local.stdin))
            resize()
            configured = cast("Any", engine.api)._general_configs  # noqa: SLF001  docker-py has read the file
            keys = parse_detach_keys(str(configured.get("detachKeys") or ""))
        try:
            return copy_both_ways(connection.duplex, local, coming, keys=keys, on_signal=on_signal, on_resize=resize)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise translate_error(error, doing=doing, address=engine.address) from error


def copy_both_ways(
    duplex: DuplexSocket,
    local: Descriptors,
    coming: SignalReader,
    *,
    keys: bytes | None,
    on_signal: Callable[[int], None],
    on_resize: Callable[[], None],
) -> AttachEnd:
    """Carries bytes both ways until the other side ends.

    `keys` (those that detach) are given where the command has a terminal, whose output is one stream; without, it is
    taken apart. Of the signals that are `coming`, `on_signal` gets those that ask to leave, and may raise to
    leave at once.

    Raises:
        OSError: the way to the engine broke off.
        BrokenPipeError: nobody reads the output any more.
    """
    talk = _Attachment(duplex, local, coming, DetachDetector(keys) if keys is not None else None)
    while talk.ending is None:
        for number in talk.step():
            if number == signal.SIGWINCH:
                on_resize()
            elif number in EXIT_SIGNALS:
                on_signal(number)
    return talk.ending


class _Attachment:
    def __init__(
        self, duplex: DuplexSocket, local: Descriptors, coming: SignalReader, detector: DetachDetector | None
    ) -> None:
        self.duplex, self.local, self.coming, self.detector = duplex, local, coming, detector
        self.demultiplexer = None if detector else Demultiplexer()
        self.stdin = local.stdin
        self.finishing = local.stdin is None
        """Whether there is no more input, and the engine does not know it yet."""
        self.events_ended = False
        """Whether the other side takes no more input."""
        self.sink: deque[tuple[int, memoryview]] = deque()
        self.over = False
        self.ending: AttachEnd | None = None

    def step(self) -> list[int]:
        """Waits for whatever comes first and sees to it; the signals that came."""
        duplex, sink = self.duplex, self.sink
        listening = not sink and not self.over
        reading: list[_Waited] = [self.coming, *([duplex] if listening else [])]
        if self.stdin is not None and duplex.queued < QUEUE_BYTES:
            reading.append(self.stdin)
        writing: list[_Waited] = [
            *([duplex] if duplex.queued and not self.over else []),
            *([sink[0][0]] if sink else []),
        ]
        readable, writable, _ = select.select(reading, writing, [], 0 if listening and duplex.ready else None)
        if sink and sink[0][0] in writable:
            self._write()
        if self.stdin is not None and self.stdin in readable:
            self._read(self.stdin)
        self._send()
        if listening and (duplex in readable or duplex.ready):
            self._receive()
        if self.over and not sink:
            self.ending = self.ending or AttachEnd.OVER
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
            self.ending = AttachEnd.DETACHED
        if passed and not self.events_ended:
            self.duplex.put(passed)

    def _send(self) -> None:
        if self.events_ended or self.over:
            return
        try:
            self.duplex.flush()
            if self.finishing and not self.duplex.queued:
                self.finishing = False
                self.duplex.finish()
        except OSError:
            # It has ended, or closed its input: what it has written still comes.
            self.events_ended, self.stdin = True, None

    def _receive(self) -> None:
        try:
            data = self.duplex.take()
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
