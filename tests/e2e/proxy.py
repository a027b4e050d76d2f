"""An engine's socket with a witness in front: bytes go through as they are, each request's method and path is kept."""

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from io import BufferedReader
from typing import Self
from urllib.parse import urlsplit

READING = frozenset({"GET", "HEAD"})
_PIECE = 1 << 16


def engine_address() -> str:
    """Where the tests' engine answers."""
    return os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"


class Proxy:
    """Listens on a Unix socket and hands everything on to the engine.

    `changing(n, request)` is called after the n-th request (from 1) that is no GET or HEAD has been handed on whole,
    before the engine has had time to answer it.
    """

    def __init__(self, path: str, *, changing: Callable[[int, str], None] = lambda _n, _request: None) -> None:
        self.address = f"unix://{path}"
        self.requests: list[str] = []
        """`METHOD /path?query`, as they came."""
        self._changing = changing
        self._count = 0
        self._lock = threading.Lock()
        self._clients: list[socket.socket] = []
        self._streams: list[socket.socket] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen(64)

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def leave(self) -> None:
        """As an engine that is stopped: it ends its connections, and takes no more."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for client in self._clients:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)

    def end_streams(self) -> None:
        """End the connections on which the engine sends its events."""
        with self._lock:
            streams, self._streams = self._streams, []
        for client in streams:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)

    @property
    def changes(self) -> list[str]:
        """The requests that may have changed something."""
        return [r for r in self.requests if r.split(" ", 1)[0] not in READING]

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._clients.append(client)
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        engine = connect(engine_address())
        threading.Thread(target=_pump, args=(engine, client), daemon=True).start()
        with contextlib.suppress(OSError, ValueError), client.makefile("rb") as reader:
            while line := reader.readline():
                request = " ".join(line.decode("latin-1").split()[:2])
                head, headers = read_headers(reader)
                with self._lock:
                    self.requests.append(request)
                    if urlsplit(request.partition(" ")[2]).path.endswith("/events"):
                        self._streams.append(client)
                engine.sendall(line + head)
                if "upgrade" in headers:
                    self._tell(request)
                    while piece := reader.read1(_PIECE):
                        engine.sendall(piece)
                    break
                for piece in body_pieces(reader, headers):
                    engine.sendall(piece)
                self._tell(request)
        with contextlib.suppress(OSError):
            engine.shutdown(socket.SHUT_WR)

    def _tell(self, request: str) -> None:
        if request.split(" ", 1)[0] in READING:
            return
        with self._lock:
            self._count += 1
            count = self._count
        self._changing(count, request)


def connect(address: str) -> socket.socket:
    """A connection to an engine at `unix://PATH` or `tcp://HOST:PORT`."""
    url = urlsplit(address)
    if url.scheme == "unix":
        engine = socket.socket(socket.AF_UNIX)
        engine.connect(url.path)
        return engine
    return socket.create_connection((url.hostname or "", url.port or 2375))


def read_headers(reader: BufferedReader) -> tuple[bytes, dict[str, str]]:
    """The rest of a message's head, and its headers by lower-case name."""
    head = b""
    headers: dict[str, str] = {}
    while line := reader.readline():
        head += line
        if line in {b"\r\n", b"\n"}:
            break
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    return head, headers


def body_pieces(reader: BufferedReader, headers: Mapping[str, str]) -> Iterator[bytes]:
    """The body of a message as it is sent, with the sizes of its chunks."""
    if headers.get("transfer-encoding", "").lower() == "chunked":
        size = 1
        while size:
            line = reader.readline()
            size = int(line.split(b";")[0], 16)
            yield line + reader.read(size) + reader.readline()
        return
    left = int(headers.get("content-length") or 0)
    while left and (piece := reader.read1(min(left, _PIECE))):
        yield piece
        left -= len(piece)


def _pump(engine: socket.socket, client: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := engine.recv(_PIECE):
            client.sendall(piece)
    with contextlib.suppress(OSError):
        client.shutdown(socket.SHUT_RDWR)
    engine.close()
    client.close()
