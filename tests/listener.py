"""The base of the servers of the tests: accept connections on a socket, each served in a thread."""

import contextlib
import socket
import threading
from typing import Self

BACKLOG = 64


class Listener:
    """Serves each connection by `serve`, which a subclass defines, until the end of the block."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._accepted: list[socket.socket] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.refuse()

    def serve(self, client: socket.socket) -> None:
        """Serve one connection. An OSError ends it."""
        raise NotImplementedError

    def refuse(self) -> None:
        """Accept no more connections."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def cut_all(self) -> None:
        """End all connections."""
        for client in self._accepted:
            shut(client)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._accepted.append(client)
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            self.serve(client)


def listen_unix(path: str) -> socket.socket:
    """Return a socket that listens at a path."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(BACKLOG)
    return listener


def shut(link: socket.socket) -> None:
    """End a connection in both directions; the other thread that reads from it notices."""
    with contextlib.suppress(OSError):
        link.shutdown(socket.SHUT_RDWR)
