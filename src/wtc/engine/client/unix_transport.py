"""Reach an engine over a Unix socket, with sockets alone: `http.client` takes 40 ms to import."""

import contextlib
import errno
import select
import struct
import threading
from collections.abc import Callable, Iterable, Mapping

from wtc.engine.client.http1 import CHUNKED, UNTIL_CLOSE, content_length, request_head
from wtc.engine.client.http1_body import BufferedSocket, ChunkedReader, LengthReader
from wtc.engine.client.transport import CONNECT_TIMEOUT_S, Content, Response
from wtc.sockets import socket
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.duplex_socket import DuplexSocket

MAX_IDLE = 32
SMALL_BYTES = 64 * 1024
"""Content up to this size is sent at once: it fits into the socket's buffer."""
EARLY_LIMIT_BYTES = 1024 * 1024
"""How much of a response is read before the request is sent whole."""


class UnixTransport:
    """A pool of connections to one socket."""

    host = "localhost"

    def __init__(self, path: str) -> None:
        self._path = path
        self._idle: list[BufferedSocket] = []
        self._lock = threading.Lock()
        self._closed = False

    def request(
        self,
        method: str,
        target: str,
        *,
        headers: Mapping[str, str],
        content: Content | None = None,
        timeout_s: float | None = None,
        stream: bool = False,
    ) -> Response:
        """See `Transport.request`."""
        head = request_head(method, target, {"Host": self.host, **headers, **_framing(method, content)})
        connection = self._connection()
        try:
            connection.limit(timeout_s)
            whole = _send(connection, head, content)
            answer = connection.head()
            if stream:
                connection.limit(None)
            length = content_length(answer, method)
        except BaseException:
            connection.close()
            raise
        reusable = whole and answer.keep_alive and length != UNTIL_CLOSE
        release = self._keep if reusable else BufferedSocket.close
        return Response(status=answer.status, headers=answer.headers, body=_Body(connection, length, release))

    def open_duplex(self, *, timeout_s: float | None = None) -> "DuplexSocket":
        """See `Transport.open_duplex`."""
        from wtc.engine.client.duplex_socket import DuplexSocket

        link = connect_unix(self._path)
        link.settimeout(timeout_s)
        return DuplexSocket(link)

    def close(self) -> None:
        """See `Transport.close`."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    @property
    def idle(self) -> int:
        """The number of open connections that no response uses."""
        return len(self._idle)

    def _connection(self) -> BufferedSocket:
        """Return an idle connection that the engine has not closed, or a new one."""
        while True:
            with self._lock:
                if not self._idle:
                    break
                connection = self._idle.pop()
            # Between responses only the end of the connection makes it readable.
            if not _is_readable(connection.link):
                return connection
            connection.close()
        return BufferedSocket(connect_unix(self._path))

    def _keep(self, connection: BufferedSocket) -> None:
        with self._lock:
            if not connection.buffer and not self._closed and len(self._idle) < MAX_IDLE:
                self._idle.append(connection)
                return
        connection.close()


class _Body:
    """The content of a response on a connection, which is released at the end of the content."""

    def __init__(self, connection: BufferedSocket, length: int, release: Callable[[BufferedSocket], None]) -> None:
        self._reader = ChunkedReader(connection) if length == CHUNKED else LengthReader(connection, length)
        self._release = release
        self._lock = threading.Lock()
        self._connection: BufferedSocket | None = connection
        if self._reader.ended:
            self._end(release)

    def read(self, size: int) -> bytes:
        if self._connection is None or not size:
            return b""
        try:
            data = self._reader.read(size)
        except BaseException:
            self.close()
            raise
        if self._reader.ended:
            self._end(self._release)
        return data

    def shutdown(self) -> None:
        # The lock keeps a connection that has gone back to the pool, and perhaps to another request, from being shut.
        with self._lock, contextlib.suppress(OSError):
            if self._connection is not None:
                self._connection.link.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._end(BufferedSocket.close)

    def _end(self, release: Callable[[BufferedSocket], None]) -> None:
        with self._lock:
            connection, self._connection = self._connection, None
        if connection is not None:
            release(connection)


def connect_unix(path: str) -> socket.socket:
    """Return a blocking socket that is connected to a path; `@name` is an abstract socket, as for the docker command.

    Raises: OSError.
    """
    address = f"\0{path[1:]}" if path.startswith("@") else path
    link = socket.socket(socket.AF_UNIX)
    try:
        # A non-blocking `connect`, which Python's timeout uses, fails at once if the engine's queue is full.
        _limit_sending(link, int(CONNECT_TIMEOUT_S))
        link.connect(address)
        _limit_sending(link, 0)
    except BlockingIOError as error:
        link.close()
        raise TimeoutError(errno.ETIMEDOUT, "timed out") from error
    except ValueError as error:
        link.close()
        raise OSError(errno.EINVAL, str(error)) from error
    except BaseException as error:
        link.close()
        # Python raises it without a number if the path does not fit into a socket's address.
        if isinstance(error, OSError) and error.errno is None:
            raise OSError(errno.ENAMETOOLONG, str(error)) from error
        raise
    return link


def _limit_sending(link: socket.socket, seconds: int) -> None:
    link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("@ll", seconds, 0))


def _framing(method: str, content: Content | None) -> dict[str, str]:
    if content is None:
        return {} if method in {"GET", "HEAD"} else {"Content-Length": "0"}
    if isinstance(content, bytes):
        return {"Content-Length": str(len(content))}
    return {"Transfer-Encoding": "chunked"}


def _send(connection: BufferedSocket, head: bytes, content: Content | None) -> bool:
    """Send a request. Return False if the engine responds without reading all of it, or has closed the connection.

    Raises: OSError; what the iteration over the content raises.
    """
    if content is None or (isinstance(content, bytes) and len(content) <= SMALL_BYTES):
        try:
            connection.send_all(head + (content or b""))
        except (BrokenPipeError, ConnectionResetError):
            # A response may have arrived before the engine closed the connection.
            return False
        return True
    pieces = [content] if isinstance(content, bytes) else _chunks(content)
    upload = _Upload(connection)
    return upload.send(head) and all(map(upload.send, pieces))


def _chunks(content: Iterable[bytes]) -> Iterable[bytes]:
    for piece in content:
        if piece:
            yield b"%x\r\n%b\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


class _Upload:
    """Send the pieces of a request, and watch for a response that comes early.

    An error ends the upload: the engine may not read the rest. The content of any other response is kept.
    """

    def __init__(self, connection: BufferedSocket) -> None:
        self._connection = connection
        self._link = connection.link
        self._poll = select.poll()

    def send(self, piece: bytes) -> bool:
        """Send a piece. Return False if the rest must not be sent. Raises: OSError."""
        rest = memoryview(piece)
        while rest:
            if self._is_refused():
                return False
            try:
                rest = rest[self._link.send(rest, socket.MSG_DONTWAIT) :]
            except BlockingIOError:
                continue
            except (BrokenPipeError, ConnectionResetError):
                return False
        return True

    def _is_refused(self) -> bool:
        """Wait until bytes can be sent. Return whether the engine has refused the request before that."""
        watched = select.POLLIN if len(self._connection.buffer) < EARLY_LIMIT_BYTES else 0
        self._poll.register(self._link, watched | select.POLLOUT)
        events = self._connection.wait_for(self._poll)
        if not events & select.POLLIN:
            return False
        try:
            open_ = self._connection.receive()
        except ConnectionResetError:
            open_ = False
        early = self._connection.early_head()
        return not open_ or (early is not None and early.status >= 400)


def _is_readable(link: socket.socket) -> bool:
    poll = select.poll()
    poll.register(link, select.POLLIN)
    return bool(poll.poll(0))
