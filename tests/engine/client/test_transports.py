"""The contract of every transport: over a Unix socket, TCP, TLS and ssh."""

import select
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.engine.client.conftest import Open
from tests.engine.client.scripted_server import Peer, Received, Script, Server, respond
from wtc.engine.client.connection import Engine, open_engine
from wtc.engine.client.duplex_socket import DuplexSocket
from wtc.engine.client.hijack import hijack
from wtc.engine.client.transport import CutShortError, MalformedResponseError, Response, Transport
from wtc.errors import EngineError, EngineUnreachableError, NotFoundError

LONG_S = 20
CLOSING = respond().replace(b"Api-", b"Connection: Close\r\nApi-")
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def get(transport: Transport, target: str = "/x", *, method: str = "GET") -> Response:
    return transport.request(method, target, headers={"User-Agent": "tests"})


def always(response: bytes) -> Script:
    """Respond to each request with the same bytes."""

    def script(peer: Peer) -> None:
        while peer.request():
            peer.send(response)

    return script


def once(response: bytes) -> Script:
    """Respond to one request and close the connection."""

    def script(peer: Peer) -> None:
        if peer.request():
            peer.send(response)
        peer.close()

    return script


def test_requests_share_a_connection(server: Server, play: Open) -> None:
    transport = play(server, always(respond(b"hello")))
    for _ in range(3):
        assert get(transport).content == b"hello"
    assert server.connections == 1


def test_request_names_method_target_host_and_headers(server: Server, play: Open) -> None:
    seen: list[Received] = []

    def script(peer: Peer) -> None:
        while request := peer.request():
            seen.append(request)
            peer.send(respond())

    transport = play(server, script)
    _ = get(transport, "/v1.41/a%20b?c=d", method="POST").content
    (request,) = seen
    assert (request.method, request.target) == ("POST", "/v1.41/a%20b?c=d")
    assert (request.headers["host"], request.headers["user-agent"]) == (transport.host, "tests")
    assert request.headers["content-length"] == "0"


@pytest.mark.parametrize(
    ("method", "response", "content"),
    [
        ("GET", respond(b""), b""),
        ("GET", respond(b"x" * 300_000), b"x" * 300_000),
        ("GET", CHUNKED + b"5\r\nhello\r\n0\r\n\r\n", b"hello"),
        ("GET", CHUNKED + b"1\r\na\r\nA;name=value\r\n0123456789\r\n0\r\n\r\n", b"a0123456789"),
        ("GET", CHUNKED + b"00\r\nTrailer: x\r\nOther: y\r\n\r\n", b""),
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", b""),
        ("HEAD", CHUNKED, b""),
        ("POST", b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", b""),
        ("POST", b"HTTP/1.1 100 Continue\r\nA: b\r\n\r\n" + respond(b"later"), b"later"),
        ("GET", b"HTTP/1.1 200\r\nContent-Length:2\r\n\r\nok", b"ok"),
    ],
)
def test_content_ends_where_its_framing_says(
    server: Server, play: Open, method: str, response: bytes, content: bytes
) -> None:
    transport = play(server, always(response))
    for _ in range(2):
        assert get(transport, method=method).content == content
    assert server.connections == 1


@pytest.mark.parametrize("head", [b"HTTP/1.0 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"])
def test_content_without_a_length_ends_with_the_connection(server: Server, play: Open, head: bytes) -> None:
    transport = play(server, once(head + b"until the end"))
    for _ in range(2):
        assert get(transport).content == b"until the end"
    assert server.connections == 2


def test_connection_that_the_server_wants_to_close_is_not_used_again(server: Server, play: Open) -> None:
    transport = play(server, once(CLOSING))
    for _ in range(2):
        assert get(transport).content == b"{}"
    assert server.connections == 2


def test_connection_that_the_server_has_closed_is_replaced(server: Server, play: Open) -> None:
    closed = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(respond(b"hello"))
        peer.close()
        closed.set()

    server.script = script
    engine = open_engine(server.endpoint)
    for _ in range(2):
        assert closed.wait(LONG_S)
        closed.clear()
        assert engine.call("GET", "/x", doing="look").content == b"hello"
    engine.close()


def test_response_that_was_not_read_whole_does_not_disturb_the_next(server: Server, play: Open) -> None:
    transport = play(server, always(respond(b"0123456789")))
    response = get(transport)
    assert response.read(3) == b"012"
    response.close()
    assert get(transport).content == b"0123456789"


def test_headers_have_any_case_and_can_repeat(server: Server, play: Open) -> None:
    response = b"HTTP/1.1 200 OK\r\nX-ONE: a\r\nx-one:  b \r\nContent-Length: 0\r\n\r\n"
    found = get(play(server, always(response)))
    assert (found.header("X-One"), found.header("x-none")) == ("a, b", "")


@pytest.mark.parametrize(
    "response",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1234",
        CHUNKED,
        CHUNKED + b"5",
        CHUNKED + b"5\r\nhe",
        CHUNKED + b"5\r\nhello\r\n",
    ],
)
def test_response_that_is_cut_short_is_an_error(server: Server, play: Open, response: bytes) -> None:
    transport = play(server, once(response))
    with pytest.raises(CutShortError):
        _ = get(transport).content


@pytest.mark.parametrize("response", [b"SSH-2.0-OpenSSH_9.6\r\n", b"\x00\x01\x02\x03\x04\r\n", b"220 smtp\r\n\r\n"])
def test_server_that_does_not_speak_http_is_an_error(server: Server, play: Open, response: bytes) -> None:
    transport = play(server, once(response))
    with pytest.raises(MalformedResponseError):
        get(transport)


@pytest.mark.parametrize("response", [CHUNKED + b"xyz\r\nhello\r\n0\r\n\r\n", CHUNKED + b"-1\r\n\r\n"])
def test_chunk_without_a_valid_size_is_an_error(server: Server, play: Open, response: bytes) -> None:
    transport = play(server, once(response))
    with pytest.raises((MalformedResponseError, CutShortError)):
        _ = get(transport).content


def test_header_without_end_is_an_error(server: Server, play: Open) -> None:
    transport = play(server, once(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 200_000))
    with pytest.raises(ConnectionError):
        get(transport)


def test_connection_closed_without_a_response_is_an_error(server: Server, play: Open) -> None:
    transport = play(server, once(b""))
    with pytest.raises(ConnectionError):
        get(transport)


def test_response_that_does_not_begin_in_time_is_an_error(server: Server, play: Open) -> None:
    release = threading.Event()

    def script(peer: Peer) -> None:
        release.wait(LONG_S)
        peer.close()

    transport = play(server, script)
    with pytest.raises(TimeoutError):
        transport.request("GET", "/_ping", headers={}, timeout_s=0.2)
    release.set()


@pytest.mark.parametrize("size", [0, 1, 100_000, 3_000_000])
@pytest.mark.parametrize("kind", ["bytes", "pieces"])
def test_content_is_sent_whole(server: Server, play: Open, kind: str, size: int) -> None:
    seen: list[bytes] = []

    def script(peer: Peer) -> None:
        while request := peer.request():
            seen.append(request.content)
            peer.send(respond())

    transport = play(server, script)
    data = bytes(range(256)) * (size // 256 + 1)
    data = data[:size]

    def pieces() -> Iterator[bytes]:
        yield b""
        for start in range(0, size, 70_000):
            yield data[start : start + 70_000]

    for _ in range(2):
        content = pieces() if kind == "pieces" else data
        assert transport.request("PUT", "/x", headers={}, content=content).content == b"{}"
    assert seen == [data, data]
    assert server.connections == 1


def test_failure_of_the_content_is_raised_and_the_request_stays_incomplete(server: Server, play: Open) -> None:
    contents: list[bytes] = []
    begun, over = threading.Event(), threading.Event()

    def script(peer: Peer) -> None:
        head = peer.head()
        assert head is not None
        begun.set()
        try:
            contents.append(peer.content(head.headers))
        finally:
            over.set()

    def content() -> Iterator[bytes]:
        yield b"first"
        assert begun.wait(LONG_S)
        raise LookupError

    transport = play(server, script)
    with pytest.raises(LookupError):
        transport.request("PUT", "/x", headers={}, content=content())
    assert over.wait(LONG_S)
    assert contents == []


def test_content_arrives_while_the_response_is_being_sent(server: Server, play: Open) -> None:
    first_read = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(CHUNKED + b"5\r\nfirst\r\n")
        assert first_read.wait(LONG_S)
        peer.send(b"6\r\nsecond\r\n0\r\n\r\n")
        peer.request()

    pieces = iter(get(play(server, script)))
    assert next(pieces) == b"first"
    first_read.set()
    assert b"".join(pieces) == b"second"


def test_shutdown_ends_a_read_on_another_thread(server: Server, play: Open) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(CHUNKED + b"5\r\nfirst\r\n")
        peer.request()

    response = get(play(server, script))
    assert response.read(5) == b"first"
    with ThreadPoolExecutor() as pool:
        reading = pool.submit(response.read, 5)
        response.shutdown()
        assert isinstance(reading.exception(LONG_S), OSError) or reading.result() == b""
    response.close()


def test_shutdown_after_the_end_does_not_affect_the_next_request(server: Server, play: Open) -> None:
    transport = play(server, always(respond(b"hello")))
    first = get(transport)
    assert first.content == b"hello"
    second = get(transport)
    first.shutdown()
    first.close()
    assert second.content == b"hello"
    assert server.connections == 1


def test_many_threads_get_their_own_responses(server: Server, play: Open) -> None:
    def script(peer: Peer) -> None:
        while request := peer.request():
            peer.send(respond(request.target.encode()))

    transport = play(server, script)
    targets = [f"/{number}" for number in range(100)]

    def fetch(target: str) -> str:
        return get(transport, target).content.decode()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(fetch, targets)) == targets
    assert server.connections <= 8


def engine_of(server: Server, script: Script) -> Engine:
    """Open an engine whose connections run the script after its ping."""
    server.script = once(CLOSING)
    engine = open_engine(server.endpoint)
    server.script = script
    return engine


@pytest.mark.parametrize(
    ("status", "content", "error", "cause"),
    [
        (404, b'{"message": "no such thing"}', NotFoundError, "no such thing"),
        (409, b'{"message": "in use"}', EngineError, "in use"),
        (500, b"not JSON", EngineError, "not JSON"),
        (502, b"", EngineError, "HTTP status 502"),
        (400, b'["list"]', EngineError, '["list"]'),
    ],
)
def test_status_of_400_or_more_is_an_error_with_the_engines_message(
    server: Server, status: int, content: bytes, error: type[EngineError], cause: str
) -> None:
    engine = engine_of(server, once(respond(content, status=status)))
    with pytest.raises(EngineError) as caught:
        engine.call("POST", "/x", doing="look", stream=True)
    assert (type(caught.value), caught.value.status, caught.value.causes) == (error, status, (cause,))
    engine.close()


@pytest.mark.parametrize(
    ("response", "cause"),
    [
        (b"", "the connection was closed"),
        (CHUNKED + b"5\r\nhe", "the connection was closed before the response was complete"),
        (b"not HTTP at all\r\n\r\n", "the server's response is not valid HTTP"),
    ],
)
def test_failure_of_the_connection_has_the_same_explanation(server: Server, response: bytes, cause: str) -> None:
    engine = engine_of(server, once(response))
    with pytest.raises(EngineUnreachableError) as caught:
        engine.call("POST", "/x", doing="look")
    # ssh may report why its command ended.
    assert caught.value.causes == (cause,) or "ssh" in server.endpoint.address
    engine.close()


UPGRADED = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
RAW = b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n"


@pytest.mark.parametrize("head", [UPGRADED, RAW])
def test_hijacked_stream_carries_bytes_after_its_sending_half_is_closed(server: Server, head: bytes) -> None:
    seen: list[bytes] = []

    def script(peer: Peer) -> None:
        request = peer.request()
        assert request is not None
        seen.append(request.content)
        peer.send(head + b"early,")
        # Over TLS and ssh too, the end of the input arrives.
        seen.append(peer.reader.read())
        peer.link.sendall(b"late")
        peer.close()

    engine = engine_of(server, script)
    stream = hijack(engine, "/exec/x/start", doing="attach", body={"Tty": False})
    stream.put(b"typed")
    stream.flush()
    stream.finish()
    received = read_all(stream)
    stream.close()
    assert received == b"early,late"
    assert seen == [b'{"Tty": false}', b"typed"]
    engine.close()


def test_refused_hijack_is_an_error_with_the_engines_message(server: Server) -> None:
    engine = engine_of(server, once(respond(b'{"message": "not running"}', status=409)))
    with pytest.raises(EngineError) as caught:
        hijack(engine, "/exec/x/start", doing="attach")
    assert (caught.value.status, caught.value.causes) == (409, ("not running",))
    engine.close()


@pytest.mark.parametrize("response", [b"", b"garbage\r\n\r\n", b"HTTP/1.1 101 UPGRA"])
def test_hijack_without_a_valid_response_is_an_error(server: Server, response: bytes) -> None:
    engine = engine_of(server, once(response))
    with pytest.raises(EngineUnreachableError):
        hijack(engine, "/exec/x/start", doing="attach")
    engine.close()


def read_all(stream: DuplexSocket) -> bytes:
    """Read to the end of a non-blocking stream."""
    received = b""
    while (data := stream.take()) != b"":
        if data is None:
            select.select([stream], [], [], LONG_S)
        received += data or b""
    return received
