"""Attach the user's terminal or pipes to a stream of the engine: copy bytes both ways in one thread."""

import os
import select
import signal
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from enum import StrEnum

from wtc.engine.client.duplex_socket import DuplexSocket
from wtc.engine.client.errors import translate_error
from wtc.engine.client.output_stream import HEADER_BYTES, STDERR
from wtc.engine.client.transport import CHUNK_BYTES
from wtc.engine.containers.resize import Resizer
from wtc.engine.containers.terminal import (
    EXIT_SIGNALS,
    Descriptors,
    DetachDetector,
    SignalReader,
    parse_detach_keys,
    raw_mode,
    read_signals,
)
from wtc.errors import WtcError
from wtc.static_typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

QUEUE_BYTES = 256 * 1024
"""The limit of queued input: above it, no more input is read."""
# A writable pipe accepts this many bytes without blocking.
_PIECE_BYTES = select.PIPE_BUF
_Waited: TypeAlias = DuplexSocket | SignalReader | int


class AttachEnd(StrEnum):
    """How an attachment ended: the command ended, or the user detached."""

    OVER = "over"
    DETACHED = "detached"


class DetachedBySignalError(Exception):
    """A signal asks wtc to exit, and the command goes on without it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def raise_detached(number: int) -> None:
    """End the attachment at a signal. Raises: DetachedBySignalError."""
    raise DetachedBySignalError(number)


class Demultiplexer:
    """Split a multiplexed stream into stdout and stderr; content is returned before its frame is complete."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._left = 0

    def feed(self, chunk: bytes) -> list[tuple[int, bytes]]:
        """Return (stream, content) of the bytes in a chunk."""
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
    connection: DuplexSocket,
    local: Descriptors,
    *,
    path: str,
    doing: str,
    terminal: bool,
    on_signal: Callable[[int], None],
    keys: str = "",
    ends_input: bool = True,
) -> AttachEnd:
    """Attach the user's terminal, or plain descriptors, to a command until it ends or the user detaches.

    `path` is the API path of the command, whose `/resize` gets the terminal's size. `on_signal`: see `copy_both_ways`.
    `keys` are the detach keys; empty uses those of the docker configuration. Unless `ends_input`, the command does not
    get the end of the user's input: for a process that others attach to as well, the engine ends the output with it.

    Raises:
        EngineUnreachableError: the connection to the engine was lost.
        BrokenPipeError: the reader of the output has closed it.
    """

    resizer = Resizer(engine, path, doing=doing, terminal=local.stdout)
    with ExitStack() as stack:
        # First, so that no signal ends wtc while the terminal is in raw mode.
        signals = stack.enter_context(read_signals([*EXIT_SIGNALS, *([signal.SIGWINCH] if terminal else [])]))
        typed = None
        if terminal:
            if local.stdin is not None:
                stack.enter_context(raw_mode(local.stdin))
            resizer.resize()
            from wtc.engine.client.credentials import detach_keys

            typed = parse_detach_keys(keys or detach_keys())
        try:
            return copy_both_ways(
                connection,
                local,
                signals,
                keys=typed,
                on_signal=on_signal,
                on_resize=resizer.resize,
                ends_input=ends_input,
            )
        except BrokenPipeError:
            raise
        except OSError as error:
            raise translate_error(error, doing=doing, address=engine.address) from error


def copy_both_ways(
    duplex: DuplexSocket,
    local: Descriptors,
    signals: SignalReader,
    *,
    keys: bytes | None,
    on_signal: Callable[[int], None],
    on_resize: Callable[[], None],
    ends_input: bool = True,
) -> AttachEnd:
    """Copy bytes both ways until the other side ends or the user detaches.

    `keys` are the detach keys of a command with a terminal, whose output is one stream; None means no terminal: the
    output is demultiplexed. `on_signal` gets each of the `signals` that ask to exit, and may raise to return at once.
    `ends_input`: whether the other side gets the end of the input.

    Raises:
        OSError: the connection to the engine was lost.
        BrokenPipeError: the reader of the output has closed it.
    """
    detector = DetachDetector(keys) if keys is not None else None
    attachment = _Attachment(duplex, local, signals, detector, ends_input=ends_input)
    while attachment.ending is None:
        for number in attachment.step():
            if number == signal.SIGWINCH:
                on_resize()
            elif number in EXIT_SIGNALS:
                on_signal(number)
    return attachment.ending


class _Attachment:
    def __init__(
        self,
        duplex: DuplexSocket,
        local: Descriptors,
        signals: SignalReader,
        detector: DetachDetector | None,
        *,
        ends_input: bool,
    ) -> None:
        self.duplex, self.local, self.signals, self.detector = duplex, local, signals, detector
        self.demultiplexer = None if detector else Demultiplexer()
        self.stdin = local.stdin
        self.ends_input = ends_input
        self.finishing = local.stdin is None and ends_input
        """Whether the input has ended and the engine does not know it yet."""
        self.input_closed = False
        """Whether the other side accepts no more input."""
        self.sink: deque[tuple[int, memoryview]] = deque()
        self.over = False
        self.ending: AttachEnd | None = None

    def step(self) -> list[int]:
        """Wait until a descriptor is ready and handle it; return the signals that have arrived."""
        duplex, sink = self.duplex, self.sink
        receiving = not sink and not self.over
        reading: list[_Waited] = [self.signals, *([duplex] if receiving else [])]
        if self.stdin is not None and duplex.queued < QUEUE_BYTES:
            reading.append(self.stdin)
        writing: list[_Waited] = [
            *([duplex] if duplex.queued and not self.over else []),
            *([sink[0][0]] if sink else []),
        ]
        readable, writable, _ = select.select(reading, writing, [], 0 if receiving and duplex.ready else None)
        if sink and sink[0][0] in writable:
            self._write()
        if self.stdin is not None and self.stdin in readable:
            self._read(self.stdin)
        self._send()
        if receiving and (duplex in readable or duplex.ready):
            self._receive()
        if self.over and not sink:
            self.ending = self.ending or AttachEnd.OVER
        return self.signals.read() if self.signals in readable else []

    def _read(self, stdin: int) -> None:
        try:
            data = os.read(stdin, CHUNK_BYTES)
        except BlockingIOError:
            return
        except OSError:
            # The terminal was closed.
            data = b""
        if not data:
            self.stdin, self.finishing = None, self.ends_input
            return
        passed, detached = self.detector.feed(data) if self.detector else (data, False)
        if detached:
            self.ending = AttachEnd.DETACHED
        if passed and not self.input_closed:
            self.duplex.put(passed)

    def _send(self) -> None:
        if self.input_closed or self.over:
            return
        try:
            self.duplex.flush()
            if self.finishing and not self.duplex.queued:
                self.finishing = False
                self.duplex.finish()
        except OSError:
            # The command has ended or closed its input; its output can still arrive.
            self.input_closed, self.stdin = True, None

    def _receive(self) -> None:
        try:
            data = self.duplex.take()
        except ConnectionResetError:
            # The other side ended without reading all of its input.
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
            reason = (error.strerror or str(error)).lower()
            raise WtcError("the output could not be written", causes=[reason]) from error
        if rest := content[written:]:
            self.sink.appendleft((descriptor, rest))
