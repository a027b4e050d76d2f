"""A server that plays an engine byte by byte, reached over each of the transports."""

import os
import socket
import ssl
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from wtc.engine.client.endpoint import Endpoint, Tls

TRANSPORTS = ("unix", "tcp", "tls", "ssh")
BRIDGE = """#!/usr/bin/env python3
import os, socket, threading
s = socket.socket(socket.AF_UNIX); s.connect({path!r})
def up():
    while data := os.read(0, 65536): s.sendall(data)
    s.shutdown(socket.SHUT_WR)
threading.Thread(target=up, daemon=True).start()
while data := s.recv(65536): os.write(1, data)
"""


@dataclass(frozen=True)
class Received:
    """A request as it arrived, its content without chunks."""

    method: str
    target: str
    headers: dict[str, str]
    content: bytes


class Peer:
    """The server's side of one connection."""

    def __init__(self, link: socket.socket) -> None:
        self.link = link
        self.reader = link.makefile("rb")

    def head(self) -> Received | None:
        """Read the head of a request; None at the end of the connection."""
        first = self.reader.readline().decode()
        if not first:
            return None
        method, target, _ = first.split()
        headers: dict[str, str] = {}
        while line := self.reader.readline().decode().strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return Received(method, target, headers, b"")

    def content(self, headers: dict[str, str]) -> bytes:
        """Read the content of a request."""
        if headers.get("transfer-encoding") != "chunked":
            return self.reader.read(int(headers.get("content-length", 0)))
        pieces: list[bytes] = []
        while size := int(self.reader.readline(), 16):
            pieces.append(self.reader.read(size))
            assert self.reader.readline() == b"\r\n"
        assert self.reader.readline() == b"\r\n"
        return b"".join(pieces)

    def request(self) -> Received | None:
        """Read a request; None at the end of the connection."""
        head = self.head()
        return head and Received(head.method, head.target, head.headers, self.content(head.headers))

    def send(self, data: bytes) -> None:
        self.link.sendall(data)

    def close(self) -> None:
        """Close both directions at once."""
        with suppress(OSError):
            self.link.shutdown(socket.SHUT_RDWR)
        self.reader.close()
        self.link.close()


Script = Callable[[Peer], None]


def respond(content: bytes = b"{}", *, status: int = 200) -> bytes:
    """A response with a length, which also answers a ping."""
    head = f"HTTP/1.1 {status} x\r\nApi-Version: 1.51\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content


class Server:
    """Runs `script` for each connection; `endpoint` leads to it."""

    def __init__(self, listener: socket.socket, endpoint: Endpoint, secure: ssl.SSLContext | None) -> None:
        self.endpoint = endpoint
        self.connections = 0
        self.script: Script = lambda peer: peer.close()
        self._listener, self._secure = listener, secure
        self._peers: list[Peer] = []

    def accept(self) -> None:
        with suppress(OSError):
            while True:
                link, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(link,), daemon=True).start()

    def _serve(self, link: socket.socket) -> None:
        with suppress(OSError, ValueError):
            peer = Peer(self._secure.wrap_socket(link, server_side=True) if self._secure else link)
            self._peers.append(peer)
            self.script(peer)

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for peer in self._peers:
            with suppress(OSError):
                peer.link.shutdown(socket.SHUT_RDWR)


@contextmanager
def serve(
    over: str, folder: Path, monkeypatch: pytest.MonkeyPatch, certificate: Path | None = None
) -> Generator[Server]:
    """Yield a server that is reached over `over`, one of TRANSPORTS."""
    secure = None
    if over in {"unix", "ssh"}:
        path = str(folder / "engine.sock")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        endpoint = Endpoint(address=f"unix://{path}", chosen_by="")
        if over == "ssh":
            _install_ssh(folder / "bin", path, monkeypatch)
            endpoint = Endpoint(address="ssh://me@far.example", chosen_by="")
    else:
        listener = socket.create_server(("127.0.0.1", 0))
        tls = None
        if over == "tls":
            assert certificate is not None
            secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            secure.load_cert_chain(certificate)
            tls = Tls(ca=f"{certificate}.crt")
        endpoint = Endpoint(address=f"tcp://localhost:{listener.getsockname()[1]}", chosen_by="", tls=tls)
    listener.listen(64)
    server = Server(listener, endpoint, secure)
    threading.Thread(target=server.accept, daemon=True).start()
    try:
        yield server
    finally:
        server.close()


def _install_ssh(folder: Path, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir()
    (folder / "ssh").write_text(BRIDGE.format(path=path))
    (folder / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
