"""A two-way stream of bytes over a socket, which can close its sending half and continue to receive.

docker-py is not used for this: its sockets lose bytes that arrive together with the response's header, and cannot
close the sending half over TLS.
"""

import contextlib
from collections.abc import Callable

from wtc.engine.client.transport import CHUNK_BYTES
from wtc.sockets import socket


class DuplexSocket:
    """A socket without TLS. No method blocks if the socket is non-blocking.

    `release` closes the connection; by default it closes the socket.
    """

    def __init__(self, link: socket.socket, release: Callable[[], None] | None = None) -> None:
        self._link = link
        self._release = release or link.close
        self._out = bytearray()
        self._held = bytearray()
        """Bytes that were received and not taken yet."""

    def fileno(self) -> int:
        """Return the socket's descriptor, for `select`."""
        return self._link.fileno()

    @property
    def ready(self) -> bool:
        """Whether `take` has data although the descriptor may not be readable."""
        return bool(self._held)

    @property
    def queued(self) -> int:
        """The number of bytes that are queued and not sent yet."""
        return len(self._out)

    def take(self) -> bytes | None:
        """Return the received bytes; empty at the end of the stream, None if nothing has arrived yet."""
        if self._held:
            data = bytes(self._held)
            self._held.clear()
            return data
        return self._receive()

    def hold(self, data: bytes) -> None:
        """Put back bytes that were taken too early."""
        self._held[:0] = data

    def put(self, data: bytes) -> None:
        """Queue bytes for sending."""
        self._out += data

    def flush(self) -> None:
        """Send as many of the queued bytes as the socket accepts."""
        with contextlib.suppress(BlockingIOError):
            while self._out:
                del self._out[: self._link.send(self._out)]

    def unblock(self) -> None:
        """Make the socket non-blocking."""
        self._link.setblocking(False)  # noqa: FBT003  the standard library's signature

    def finish(self) -> None:
        """Close the sending half; call it when nothing is queued. What the other side sends still arrives."""
        self._link.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Close the connection."""
        self._release()

    def _receive(self) -> bytes | None:
        try:
            return self._link.recv(CHUNK_BYTES)
        except BlockingIOError:
            return None
