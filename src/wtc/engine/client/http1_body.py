"""Read HTTP/1.1 responses from a socket: the head, then the content by its length or by chunks."""

from collections.abc import Iterator
from math import inf
from time import monotonic

from wtc.engine.client.http1 import HEAD_LIMIT_BYTES, UNTIL_CLOSE, Head, chunk_size, take_head
from wtc.engine.client.transport import CHUNK_BYTES, CutShortError, MalformedResponseError, NoAnswerError
from wtc.interruption import SILENCE_S, TURN_S, received_signal, silence_left_s
from wtc.sockets import socket
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    import select


class BufferedSocket:
    """A connected socket, with the bytes that were received and not read yet."""

    __slots__ = ("_early", "_timeout_s", "buffer", "link")

    def __init__(self, link: socket.socket) -> None:
        self.link = link
        self.buffer = bytearray()
        self._early: Head | None = None
        self._timeout_s: float | None = None

    def limit(self, timeout_s: float | None) -> None:
        """Set how long each operation may wait for the other side; None sets no limit."""
        self._timeout_s = timeout_s

    def send_all(self, data: bytes) -> None:
        """Send bytes. Raises: OSError; NoAnswerError."""
        self.link.settimeout(self._timeout_s)
        try:
            self.link.sendall(data)
        except TimeoutError:
            raise NoAnswerError(self._timeout_s) from None

    def wait_for(self, poll: "select.poll") -> int:
        """Wait for the events for which the socket is registered, and return them. Raises: NoAnswerError."""
        for turn_s in self._turns():
            for _, events in poll.poll(turn_s * 1000):
                return events
        raise self._late()

    def receive(self) -> bool:
        """Wait for bytes and add them to the buffer. Return False at the end of the stream.

        Raises: OSError; NoAnswerError.
        """
        for turn_s in self._turns():
            self.link.settimeout(turn_s)
            try:
                data = self.link.recv(CHUNK_BYTES)
            except TimeoutError:
                continue
            self.buffer += data
            return bool(data)
        raise self._late()

    def _late(self) -> NoAnswerError:
        return NoAnswerError(SILENCE_S if received_signal() else self._timeout_s)

    def _turns(self) -> Iterator[float]:
        """Yield how long to wait next, in seconds, until the limit, or until the answer is late after a signal."""
        begun_s = monotonic()
        while True:
            left_s = inf if self._timeout_s is None else begun_s + self._timeout_s - monotonic()
            silence_s = silence_left_s(begun_s)
            turn_s = min(TURN_S, left_s, inf if silence_s is None else silence_s)
            if turn_s <= 0:
                return
            yield turn_s

    def early_head(self) -> Head | None:
        """Return the head of the next response if it has been received. Raises: MalformedResponseError."""
        if self._early is None:
            self._early = take_head(self.buffer)
        return self._early

    def head(self) -> Head:
        """Wait for the head of the next response and return it.

        Raises: OSError; CutShortError or MalformedResponseError if the head is not whole or not valid.
        """
        while (head := self.early_head()) is None:
            if not self.receive():
                if self.buffer:
                    raise CutShortError("the response ended within its header")
                raise ConnectionResetError("the connection was closed before the engine responded")
        self._early = None
        return head

    def take(self, size: int) -> bytes:
        """Return at most `size` bytes, as soon as any have arrived; empty at the end of the stream."""
        if not self.buffer and not self.receive():
            return b""
        data = bytes(self.buffer[:size])
        del self.buffer[:size]
        return data

    def line(self) -> bytes:
        """Return the next line without its end. Raises: CutShortError, MalformedResponseError."""
        while (end := self.buffer.find(b"\n", 0, HEAD_LIMIT_BYTES)) < 0:
            if len(self.buffer) >= HEAD_LIMIT_BYTES:
                raise MalformedResponseError("a line of the response is too long")
            if not self.receive():
                raise CutShortError("the response ended within a chunk")
        line = bytes(self.buffer[:end]).removesuffix(b"\r")
        del self.buffer[: end + 1]
        return line

    def close(self) -> None:
        """Close the connection."""
        self.link.close()


class LengthReader:
    """Reads content of a known length, or until the connection is closed."""

    __slots__ = ("_connection", "_left", "ended")

    def __init__(self, connection: BufferedSocket, length: int) -> None:
        self._connection = connection
        self._left = length
        self.ended = not length

    def read(self, size: int) -> bytes:
        """Return at most `size` bytes, as soon as any have arrived; empty at the end. Raises: CutShortError."""
        if self._left == UNTIL_CLOSE:
            data = self._connection.take(size)
            self.ended = not data
            return data
        data = self._connection.take(min(size, self._left))
        if not data:
            raise CutShortError(f"the response ended {self._left} bytes before its end")
        self._left -= len(data)
        self.ended = not self._left
        return data


class ChunkedReader:
    """Reads content that is sent in chunks, and discards the trailers."""

    __slots__ = ("_connection", "_left", "_started", "ended")

    def __init__(self, connection: BufferedSocket) -> None:
        self._connection = connection
        self._left = 0
        self._started = False
        self.ended = False

    def read(self, size: int) -> bytes:
        """Return at most `size` bytes, as soon as any have arrived; empty at the end.

        Raises: CutShortError, MalformedResponseError.
        """
        if not self._left:
            self._next_chunk()
            if self.ended:
                return b""
        data = self._connection.take(min(size, self._left))
        if not data:
            raise CutShortError("the response ended within a chunk")
        self._left -= len(data)
        return data

    def _next_chunk(self) -> None:
        if self._started and self._connection.line():
            raise MalformedResponseError("a chunk of the response is longer than its size")
        self._started = True
        self._left = chunk_size(self._connection.line())
        if self._left:
            return
        trailers = 0
        while line := self._connection.line():
            trailers += len(line)
            if trailers > HEAD_LIMIT_BYTES:
                raise MalformedResponseError("the trailers of the response are too long")
        self.ended = True
