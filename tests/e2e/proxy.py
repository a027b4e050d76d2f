"""A proxy in front of the engine: it records each request, and can answer one in the engine's place."""

import contextlib
import os
import select
import socket
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from io import BufferedReader
from urllib.parse import urlsplit

from tests.listener import Listener, listen_unix, shut

READING = frozenset({"GET", "HEAD"})
_PIECE = 1 << 16


def engine_address() -> str:
    """Return the address of the tests' engine."""
    return os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The head of an answer. With `has_stream`, bytes in both directions follow it in place of a body."""

    status: int
    head: bytes
    headers: Mapping[str, str]
    has_stream: bool
    has_body: bool


@dataclass(slots=True, kw_only=True)
class Exchange:
    """One request and its answer, between the client and the engine. `number` counts the requests from 1."""

    number: int
    method: str
    target: str
    client: socket.socket
    engine: socket.socket
    requests: BufferedReader
    answers: BufferedReader
    head: bytes
    headers: Mapping[str, str]
    sent: list[bytes] = field(default_factory=list[bytes])
    """The pieces of the request that were sent to the engine."""

    @property
    def request(self) -> str:
        """`METHOD /path?query`."""
        return f"{self.method} {self.target}"

    def forward(self) -> None:
        """Send the request to the engine."""
        # An engine that refuses a request may close the connection before it has read all of it.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._send(self.head)
            for piece in body_pieces(self.requests, self.headers):
                self._send(piece)

    def drop(self) -> None:
        """Read the request to its end; the engine does not get it."""
        for _ in body_pieces(self.requests, self.headers):
            pass

    def answer(self) -> Answer:
        """Wait for the head of the engine's answer."""
        line = self.answers.readline()
        status = int(line.split()[1])
        head, headers = read_headers(self.answers)
        has_body = self.method != "HEAD" and status not in {101, 204, 304}
        has_stream = status == 101 or (has_body and headers.keys().isdisjoint({"content-length", "transfer-encoding"}))
        return Answer(status=status, head=line + head, headers=headers, has_stream=has_stream, has_body=has_body)

    def body(self, answer: Answer) -> Iterator[bytes]:
        """Yield the body of the answer as it arrives."""
        if answer.has_body and not answer.has_stream:
            yield from body_pieces(self.answers, answer.headers)

    def give(self, data: bytes) -> None:
        """Send bytes to the client."""
        self.client.sendall(data)

    def pass_answer(self) -> Answer:
        """Wait for the engine's answer and pass it to the client."""
        answer = self.answer()
        self.give(answer.head)
        for piece in self.body(answer):
            self.give(piece)
        if answer.has_stream:
            self.pass_stream()
        return answer

    def pass_stream(self) -> None:
        """Pass bytes in both directions until the engine ends the stream."""
        threading.Thread(target=self._pass_input, daemon=True).start()
        while piece := self.answers.read1(_PIECE):
            self.give(piece)
        shut(self.client)

    def _send(self, data: bytes) -> None:
        self.sent.append(data)
        self.engine.sendall(data)

    def _pass_input(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while piece := self.requests.read1(_PIECE):
                self.engine.sendall(piece)
            self.engine.shutdown(socket.SHUT_WR)


def pass_exchange(exchange: Exchange) -> None:
    """Pass the request to the engine, and the answer to the client."""
    exchange.forward()
    exchange.pass_answer()


class Proxy(Listener):
    """Listens on a Unix socket and passes requests to the engine.

    `handle` passes one request on, or does something else with it. `changing(n, request)` is called after the n-th
    request (from 1) that is not a GET or HEAD was sent to the engine, before its answer is passed on.
    """

    def __init__(
        self,
        path: str,
        *,
        changing: Callable[[int, str], None] = lambda _n, _request: None,
        handle: Callable[[Exchange], None] = pass_exchange,
    ) -> None:
        super().__init__(listen_unix(path))
        self.address = f"unix://{path}"
        self.requests: list[str] = []
        """`METHOD /path?query`, as they came."""
        self._changing = changing
        self._handle = handle
        self._changes = 0
        self._lock = threading.Lock()
        self._streams: list[socket.socket] = []

    def leave(self) -> None:
        """Do as an engine that is stopped: end the connections, and accept no more."""
        self.refuse()
        self.cut_all()

    def end_streams(self) -> None:
        """End the connections on which the engine sends its events."""
        with self._lock:
            streams, self._streams = self._streams, []
        for client in streams:
            shut(client)

    @property
    def changes(self) -> list[str]:
        """The requests that may have changed something."""
        return [r for r in self.requests if r.split(" ", 1)[0] not in READING]

    def serve(self, client: socket.socket) -> None:
        """Pass the requests of one connection on."""
        with (
            client,
            connect(engine_address()) as engine,
            client.makefile("rb") as requests,
            engine.makefile("rb") as answers,
            # The client or the engine has ended the connection within a message.
            contextlib.suppress(ValueError, IndexError),
            _ended_with(client, engine),
        ):
            while line := requests.readline():
                method, target, _ = line.decode("latin-1").split()
                head, headers = read_headers(requests)
                with self._lock:
                    self.requests.append(f"{method} {target}")
                    number = len(self.requests)
                    if urlsplit(target).path.endswith("/events"):
                        self._streams.append(client)
                self._handle(
                    _Observed(
                        number=number,
                        method=method,
                        target=target,
                        client=client,
                        engine=engine,
                        requests=requests,
                        answers=answers,
                        head=line + head,
                        headers=headers,
                        on_forward=self._count_change,
                    )
                )

    def _count_change(self, exchange: Exchange) -> None:
        if exchange.method in READING:
            return
        with self._lock:
            self._changes += 1
            count = self._changes
        self._changing(count, exchange.request)


@dataclass(slots=True, kw_only=True)
class _Observed(Exchange):
    on_forward: Callable[[Exchange], None]

    def forward(self) -> None:
        # Not `super()`: a slotted dataclass replaces the class that it refers to.
        Exchange.forward(self)
        self.on_forward(self)


@contextlib.contextmanager
def _ended_with(client: socket.socket, engine: socket.socket) -> Generator[None]:
    """End the engine's connection when the client closes its own, although an answer is awaited."""

    def watch() -> None:
        poll = select.poll()
        poll.register(client, 0)
        poll.poll()
        shut(engine)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        shut(client)
        watcher.join()


def connect(address: str) -> socket.socket:
    """Return a connection to an engine at `unix://PATH` or `tcp://HOST:PORT`."""
    url = urlsplit(address)
    if url.scheme == "unix":
        engine = socket.socket(socket.AF_UNIX)
        engine.connect(url.path)
        return engine
    return socket.create_connection((url.hostname or "", url.port or 2375))


def read_headers(reader: BufferedReader) -> tuple[bytes, dict[str, str]]:
    """Return the rest of a message's head, and its headers by lower-case name."""
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
    """Yield the body of a message as it is sent, with the sizes of its chunks."""
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
