"""The faults: what happens to one request between wtc and the engine."""

import contextlib
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.e2e.proxy import Exchange, pass_exchange
from tests.listener import shut

DELAY_S = 0.5
FIRST_PIECE_S = 0.5
"""How long half an answer waits for the first piece of a body, which a stream of events may not send."""

Inject = Callable[[Exchange, Callable[[], None]], None]
"""Gets the request and a function that kills wtc."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault, and the exit statuses that it may lead to besides success and the command's own.

    `is_endless`: wtc has to end by the deadline for answers.
    """

    inject: Inject
    statuses: frozenset[int] = frozenset({1, 4, 5})
    is_endless: bool = False


def _kill(exchange: Exchange, kill: Callable[[], None]) -> None:
    exchange.forward()
    kill()
    exchange.pass_answer()


def _status(status: int) -> Inject:
    def inject(exchange: Exchange, _kill: Callable[[], None]) -> None:
        exchange.drop()
        _respond(exchange, f"{status} Fault", {"message": f"injected status {status}"})

    return inject


def _respond(exchange: Exchange, status: str, document: object) -> None:
    body = b"" if exchange.method == "HEAD" else json.dumps(document).encode()
    head = f"HTTP/1.1 {status}\r\nApi-Version: 1.51\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    exchange.give(head.encode() + b"\r\n\r\n" + body)


def _cut_before(exchange: Exchange, _kill: Callable[[], None]) -> None:
    exchange.drop()
    shut(exchange.client)


def _cut_after(exchange: Exchange, _kill: Callable[[], None]) -> None:
    exchange.forward()
    exchange.answer()
    shut(exchange.client)


def _delay(exchange: Exchange, _kill: Callable[[], None]) -> None:
    threading.Event().wait(DELAY_S)
    pass_exchange(exchange)


def _half(exchange: Exchange, _kill: Callable[[], None]) -> None:
    exchange.forward()
    answer = exchange.answer()
    exchange.engine.settimeout(FIRST_PIECE_S)
    piece = b""
    with contextlib.suppress(TimeoutError):
        piece = next(exchange.body(answer), b"")
    exchange.give(answer.head + piece[: len(piece) // 2] if piece else answer.head[: len(answer.head) // 2])
    shut(exchange.client)


def _garbage(exchange: Exchange, _kill: Callable[[], None]) -> None:
    """Send what is not HTTP, or, at every second request, an empty object."""
    exchange.drop()
    if exchange.number % 2:
        _respond(exchange, "200 OK", {})
        return
    exchange.give(b"\x00\xff\x1b[31mnot HTTP\r\n\r\n")
    shut(exchange.client)


def _never(exchange: Exchange, _kill: Callable[[], None]) -> None:
    exchange.drop()
    while exchange.requests.read1(1):
        pass


KILLED = -9
FAULTS: Mapping[str, Fault] = {
    "kill -9": Fault(inject=_kill, statuses=frozenset({KILLED})),
    "500": Fault(inject=_status(500)),
    "409": Fault(inject=_status(409)),
    "404": Fault(inject=_status(404)),
    "cut before": Fault(inject=_cut_before),
    "cut after": Fault(inject=_cut_after),
    "delay": Fault(inject=_delay, statuses=frozenset()),
    "half an answer": Fault(inject=_half),
    "garbage": Fault(inject=_garbage),
    "no answer": Fault(inject=_never, is_endless=True),
}
