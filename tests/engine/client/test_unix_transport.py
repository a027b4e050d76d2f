"""What only the Unix transport does: early responses, interim responses, limits, and unusual paths."""

import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.client.conftest import Open
from tests.engine.client.scripted_server import Peer, Server, respond
from wtc.engine.client.connection import connect
from wtc.engine.client.transport import MalformedResponseError
from wtc.engine.client.unix_transport import UnixTransport
from wtc.errors import EngineUnreachableError

LONG_S = 20
SIZE = 8 * 1024 * 1024
"""More than the buffers of a socket hold."""


def endless() -> Iterator[bytes]:
    while True:
        yield b"x" * 65536


@pytest.mark.parametrize("kind", ["bytes", "pieces"])
@pytest.mark.parametrize("after", ["closes", "stays"])
def test_refusal_ends_an_upload_that_the_engine_does_not_read(unix: Server, play: Open, kind: str, after: str) -> None:
    release = threading.Event()

    def script(peer: Peer) -> None:
        peer.head()
        peer.send(b"HTTP/1.1 100 Continue\r\n\r\n" + respond(b'{"message": "no space"}', status=500))
        if after == "stays":
            release.wait(LONG_S)
        peer.close()

    content = b"x" * SIZE if kind == "bytes" else endless()
    response = play(unix, script).request("PUT", "/x", headers={}, content=content)
    assert (response.status, response.content) == (500, b'{"message": "no space"}')
    release.set()


def test_engine_that_closes_during_an_upload_is_an_error(unix: Server, play: Open) -> None:
    def script(peer: Peer) -> None:
        peer.head()
        peer.close()

    with pytest.raises(ConnectionError):
        play(unix, script).request("PUT", "/x", headers={}, content=endless())


def test_upload_continues_after_a_successful_response_has_begun(unix: Server, play: Open) -> None:
    seen: list[int] = []

    def script(peer: Peer) -> None:
        head = peer.head()
        assert head is not None
        peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        seen.append(len(peer.content(head.headers)))
        peer.send(b"4\r\nlast\r\n0\r\n\r\n")

    pieces = (b"x" * 65536 for _ in range(SIZE // 65536))
    assert play(unix, script).request("POST", "/build", headers={}, content=pieces).content == b"firstlast"
    assert seen == [SIZE]


def test_early_hints_are_skipped(unix: Server, play: Open) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + respond(b"final"))

    response = play(unix, script).request("GET", "/x", headers={})
    assert (response.status, response.content, response.header("Link")) == (200, b"final", "")


@pytest.mark.parametrize(
    "response",
    [
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 99999 OK\r\n\r\n",
        b"HTTP/2.0 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1" * 20 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + b"T: xxxx\r\n" * 20_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + b"x" * 70_000,
    ],
)
def test_invalid_response_is_an_error_at_once(unix: Server, play: Open, response: bytes) -> None:
    release = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(response)
        release.wait(LONG_S)

    with pytest.raises(MalformedResponseError):
        _ = play(unix, script).request("GET", "/x", headers={}).content
    release.set()


def test_line_break_in_a_header_is_not_sent(unix: Server, play: Open) -> None:
    transport = play(unix, Peer.close)
    with pytest.raises(ValueError, match="line break"):
        transport.request("GET", "/x", headers={"X": "a\r\nEvil: b"})
    assert unix.connections == 0


@pytest.mark.parametrize("name", ["a b%20c?d#[e].sock", "é.sock", "@at.sock"])
def test_path_is_taken_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / name))
        listener.listen()
        threading.Thread(target=_answer_ping, args=(listener,), daemon=True).start()
        engine = connect(context="", environment={"HOME": "/none", "DOCKER_HOST": f"unix://{tmp_path}/{name}"})
        assert engine.api_version == (1, 51)
        engine.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has abstract sockets")
def test_name_with_an_at_sign_is_an_abstract_socket(tmp_path: Path) -> None:
    name = f"wtc-test-{tmp_path.name}-{id(tmp_path)}"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"\0{name}")
        listener.listen()
        threading.Thread(target=_answer_ping, args=(listener,), daemon=True).start()
        connect(context="", environment={"HOME": "/none", "DOCKER_HOST": f"unix://@{name}"}).close()


def test_path_that_is_too_long_is_named_as_the_cause(tmp_path: Path) -> None:
    with pytest.raises(EngineUnreachableError) as caught:
        connect(context="", environment={"HOME": "/none", "DOCKER_HOST": f"unix://{tmp_path}/{'x' * 120}.sock"})
    assert caught.value.causes == ("the path of the socket is too long",)
    assert caught.value.hints[0].startswith("to shorten it")


def test_connections_are_closed_with_the_transport(unix: Server, play: Open) -> None:
    def script(peer: Peer) -> None:
        while peer.request():
            peer.send(respond())

    transport = play(unix, script)
    assert isinstance(transport, UnixTransport)
    streaming = transport.request("GET", "/x", headers={})
    assert transport.request("GET", "/x", headers={}).content == b"{}"
    assert transport.idle == 1
    transport.close()
    assert transport.idle == 0
    assert streaming.content == b"{}"
    assert transport.idle == 0


def _answer_ping(listener: socket.socket) -> None:
    link, _ = listener.accept()
    with link:
        peer = Peer(link)
        peer.request()
        peer.send(respond())
        peer.request()
