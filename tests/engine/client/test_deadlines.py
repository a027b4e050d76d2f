"""The limit of each response's time, over all transports."""

import signal
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.engine.client.scripted_server import Peer, Script, Server, respond
from wtc import interruption
from wtc.dataclass import replace
from wtc.engine.client.connection import Engine, open_engine
from wtc.engine.client.hijack import hijack
from wtc.engine.client.http1_body import BufferedSocket
from wtc.engine.client.transport import NoAnswerError
from wtc.errors import EngineUnreachableError

LIMIT_S = 0.3
HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
PART = HEAD + b"5\r\nhello\r\n"
END = b"0\r\n\r\n"


@pytest.fixture
def silent() -> Iterator[threading.Event]:
    """An event for which the server waits, and that the end of the test sets."""
    event = threading.Event()
    yield event
    event.set()


def engine_that(server: Server, script: Script) -> Engine:
    """Open an engine that plays the script for each request after its ping."""
    server.script = script
    return replace(open_engine(server.endpoint), timeout_s=LIMIT_S)


def that_sends(first: bytes, *, until: threading.Event, rest: bytes = b"") -> Script:
    """Return a script that sends the first part of a response, and the rest after the event."""

    def script(peer: Peer) -> None:
        while request := peer.request():
            if request.target == "/_ping":
                peer.send(respond())
                continue
            if first:
                peer.send(first)
            until.wait(60)
            if rest:
                peer.send(rest)

    return script


def ask(engine: Engine) -> object:
    return engine.call("POST", "/x", doing="look")


def ask_for_stream(engine: Engine) -> object:
    return engine.call("POST", "/x", doing="look", stream=True)


def hijack_stream(engine: Engine) -> object:
    return hijack(engine, "/exec/x/start", doing="look")


@pytest.mark.parametrize(
    ("sent", "request_of"),
    [
        (b"", ask),
        (HEAD, ask),
        (PART, ask),
        (b"", ask_for_stream),
        (b"HTTP/1.1 200", ask_for_stream),
        (b"", hijack_stream),
    ],
)
def test_response_that_does_not_end_in_time_is_an_error(
    server: Server, silent: threading.Event, sent: bytes, request_of: Callable[[Engine], object]
) -> None:
    engine = engine_that(server, that_sends(sent, until=silent))
    with pytest.raises(EngineUnreachableError) as caught:
        request_of(engine)
    assert caught.value.causes == (f"no answer within {LIMIT_S:g} s",)
    assert "to wait longer, set `WTC_ENGINE_TIMEOUT` to a number of seconds" in caught.value.hints
    engine.close()


@pytest.mark.parametrize("limit_s", [None, 60.0])
def test_wait_for_an_answer_ends_soon_after_a_signal(monkeypatch: pytest.MonkeyPatch, limit_s: float | None) -> None:
    monkeypatch.setattr(interruption, "SILENCE_S", LIMIT_S)
    ours, theirs = socket.socketpair()
    waiting = BufferedSocket(ours)
    waiting.limit(limit_s)
    interruption.note_signal(signal.SIGTERM)
    try:
        with pytest.raises(NoAnswerError):
            waiting.head()
    finally:
        interruption.forget_signals()
        waiting.close()
        theirs.close()


def test_stream_may_be_silent_for_any_time(server: Server, silent: threading.Event) -> None:
    engine = engine_that(server, that_sends(PART, until=silent, rest=b"5\r\nlater\r\n" + END))
    response = engine.call("POST", "/x", doing="look", stream=True)
    assert response.read(5) == b"hello"
    # Set after more time than a response may take.
    timer = threading.Timer(2 * LIMIT_S, silent.set)
    timer.start()
    assert response.read() == b"later"
    timer.join()
    engine.close()


def test_request_that_works_longer_has_more_time(server: Server, silent: threading.Event) -> None:
    engine = engine_that(server, that_sends(HEAD, until=silent, rest=END))
    timer = threading.Timer(2 * LIMIT_S, silent.set)
    timer.start()
    assert engine.allowing(60).call("POST", "/x", doing="stop").status == 200
    timer.join()
    engine.close()
