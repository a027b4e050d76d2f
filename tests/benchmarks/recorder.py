"""A proxy in front of the engine that records each request with its answer's status and id."""

import contextlib
import re
import socket
import threading
import time
from io import BufferedReader
from typing import Self

from tests.benchmarks.recording import Call
from tests.e2e.proxy import body_pieces, connect, engine_address, read_headers

ID = re.compile(rb'"Id": ?"([0-9a-f]{64})"')
PIECE = 1 << 16


class Recorder:
    """Listens on a Unix socket and passes each request to the engine."""

    def __init__(self, path: str) -> None:
        self.address = f"unix://{path}"
        self.requests: list[str] = []
        """`METHOD PATH` of each request, as they came."""
        self.calls: list[Call] = []
        """Those with a whole answer, in the order of their answers: not a stream of events that the client closed."""
        self._connections = 0
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen(64)

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._connections += 1
                threading.Thread(target=self._serve, args=(client, self._connections), daemon=True).start()

    def _serve(self, client: socket.socket, connection: int) -> None:
        engine = connect(engine_address())
        with (
            contextlib.suppress(OSError, ValueError),
            client,
            engine,
            client.makefile("rb") as requests,
            engine.makefile("rb") as answers,
        ):
            while line := requests.readline():
                method, path, _ = line.decode("latin-1").split()
                head, headers = read_headers(requests)
                request = line + head + b"".join(body_pieces(requests, headers))
                self.requests.append(f"{method} {path}")
                begin_s = time.monotonic()
                engine.sendall(request)
                status, created, has_stream = _pass_answer(answers, client, method)
                call = Call(
                    connection=connection,
                    method=method,
                    path=path,
                    request=request,
                    status=status,
                    created=created,
                    has_stream=has_stream,
                    begin_s=begin_s,
                    end_s=time.monotonic(),
                )
                self.calls.append(call)
                if has_stream:
                    _pass_stream(client, requests, engine, answers)


def _pass_answer(answers: BufferedReader, client: socket.socket, method: str) -> tuple[int, str, bool]:
    """Pass an answer to the client.

    Returns: its status, the id that it has if it answers a POST, and whether a stream follows.
    """
    line = answers.readline()
    status = int(line.split()[1])
    head, headers = read_headers(answers)
    client.sendall(line + head)
    has_stream = status == 101 or "docker.raw-stream" in headers.get("content-type", "")
    if has_stream or method == "HEAD" or status in {204, 304}:
        return status, "", has_stream
    body = b""
    for piece in body_pieces(answers, headers):
        client.sendall(piece)
        body += piece
    found = ID.search(body) if method == "POST" else None
    return status, found[1].decode() if found else "", False


def _pass_stream(
    client: socket.socket, requests: BufferedReader, engine: socket.socket, answers: BufferedReader
) -> None:
    """Pass bytes in both directions until the engine ends the stream."""

    def pass_input() -> None:
        with contextlib.suppress(OSError, ValueError):
            while piece := requests.read1(PIECE):
                engine.sendall(piece)
            engine.shutdown(socket.SHUT_WR)

    threading.Thread(target=pass_input, daemon=True).start()
    while piece := answers.read1(PIECE):
        client.sendall(piece)
    client.shutdown(socket.SHUT_RDWR)
