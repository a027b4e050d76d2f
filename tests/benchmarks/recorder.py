"""A proxy in front of the engine that records each request with its answer's status and id."""

import re
import socket
import time

from tests.benchmarks.recording import Call
from tests.e2e.proxy import Exchange, Proxy

ID = re.compile(rb'"Id": ?"([0-9a-f]{64})"')


class Recorder(Proxy):
    """Listens on a Unix socket and passes each request to the engine."""

    def __init__(self, path: str) -> None:
        super().__init__(path, handle=self._record)
        self.calls: list[Call] = []
        """Those with a whole answer, in the order of their answers: not a stream of events that the client closed."""
        self._connections: list[socket.socket] = []

    def _record(self, exchange: Exchange) -> None:
        begin_s = time.monotonic()
        exchange.forward()
        answer = exchange.answer()
        end_s = time.monotonic()
        exchange.give(answer.head)
        body = b""
        for piece in exchange.body(answer):
            # Before the last piece is given: with it the client can send its next request.
            end_s = time.monotonic()
            exchange.give(piece)
            body += piece
        found = ID.search(body) if exchange.method == "POST" else None
        self.calls.append(
            Call(
                connection=self._number_of(exchange.client),
                method=exchange.method,
                path=exchange.target,
                request=b"".join(exchange.sent),
                status=answer.status,
                created=found[1].decode() if found else "",
                has_stream=answer.has_stream,
                begin_s=begin_s,
                end_s=end_s,
            )
        )
        if answer.has_stream:
            exchange.pass_stream()

    def _number_of(self, client: socket.socket) -> int:
        if client not in self._connections:
            self._connections.append(client)
        return self._connections.index(client) + 1
