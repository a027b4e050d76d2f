"""Calls of `Engine`: retries, unexpected content, and failures while a stream is read."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest

from wtc.engine.client.connection import Engine, connect
from wtc.engine.client.duplex_socket import DuplexSocket
from wtc.engine.client.json_access import require_text
from wtc.engine.client.transport import Content, CutShortError, MalformedResponseError, Response
from wtc.engine.client.unix_transport import UnixTransport
from wtc.errors import EngineError, EngineUnreachableError, WtcError


@dataclass
class Scripted:
    """A transport whose requests fail with `errors` first, then get `content`; reading on fails with `cut`."""

    errors: list[OSError] = field(default_factory=list[OSError])
    content: bytes = b"{}"
    cut: OSError | None = None
    calls: int = 0
    host: str = "localhost"

    def request(
        self,
        method: str,
        target: str,
        *,
        headers: Mapping[str, str],
        content: Content | None = None,
        timeout_s: float | None = None,
        stream: bool = False,
    ) -> Response:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return Response(status=200, headers={}, body=Pieces([self.content], self.cut))

    def open_duplex(self, *, timeout_s: float | None = None) -> DuplexSocket:
        raise NotImplementedError

    def close(self) -> None: ...


@dataclass
class Pieces:
    pieces: list[bytes]
    cut: OSError | None

    def read(self, size: int) -> bytes:
        if self.pieces:
            return self.pieces.pop(0)
        if self.cut:
            raise self.cut
        return b""

    def shutdown(self) -> None: ...

    def close(self) -> None: ...


def engine(transport: Scripted) -> Engine:
    return Engine(
        transport=transport,
        headers={},
        address="unix:///x",
        chosen_by="",
        host="127.0.0.1",
        host_is_local=True,
        api_version=(1, 41),
    )


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_request_that_changes_nothing_is_retried_once(method: str) -> None:
    transport = Scripted(errors=[ConnectionResetError()])
    assert engine(transport).call(method, "/info", doing="look").status == 200
    assert transport.calls == 2


def test_system_information_is_read_once_and_again_after_a_failure() -> None:
    transport = Scripted(errors=[CutShortError()])
    found = engine(transport)
    with pytest.raises(EngineUnreachableError):
        found.info()
    assert found.info() == found.info() == {}
    assert transport.calls == 2


def test_unreachable_engine_is_an_error_after_the_retry() -> None:
    transport = Scripted(errors=[ConnectionResetError(), BrokenPipeError(), BrokenPipeError()])
    with pytest.raises(EngineUnreachableError):
        engine(transport).call("GET", "/info", doing="look")
    assert transport.calls == 2


@pytest.mark.parametrize(
    ("method", "error"),
    [
        ("POST", ConnectionResetError()),
        ("PUT", BrokenPipeError()),
        ("DELETE", ConnectionResetError()),
        ("GET", CutShortError()),
        ("GET", MalformedResponseError()),
        ("GET", TimeoutError()),
    ],
)
def test_request_that_may_have_an_effect_or_was_answered_is_not_retried(method: str, error: OSError) -> None:
    transport = Scripted(errors=[error])
    with pytest.raises(EngineUnreachableError):
        engine(transport).call(method, "/containers/create", doing="create")
    assert transport.calls == 1


Read = Callable[[Engine], object]
READS: dict[str, Read] = {
    "object": lambda found: found.object("/info", doing="look"),
    "list": lambda found: found.list("/networks", doing="look"),
    "json": lambda found: found.call("GET", "/info", doing="look").json(),
}


@pytest.mark.parametrize(
    ("read", "content", "cause"),
    [
        ("json", b"<html>", "the engine's response is not valid JSON"),
        ("json", b"", "the engine's response is not valid JSON"),
        ("json", b"\xff\xfe", "the engine's response is not valid JSON"),
        ("object", b"[]", "the engine's response is not a JSON object"),
        ("object", b"null", "the engine's response is not a JSON object"),
        ("list", b'{"a": 1}', "the engine's response is not a list of JSON objects"),
        ("list", b'["a"]', "the engine's response is not a list of JSON objects"),
    ],
)
def test_unexpected_content_is_an_error_of_the_engine(read: str, content: bytes, cause: str) -> None:
    with pytest.raises(EngineError) as caught:
        READS[read](engine(Scripted(content=content)))
    assert (caught.value.message, caught.value.causes, int(caught.value.exit_status)) == ("cannot look", (cause,), 1)


def test_missing_list_is_an_empty_list() -> None:
    assert engine(Scripted(content=b"null")).list("/networks", doing="look") == []


@pytest.mark.parametrize("stream", [False, True])
def test_response_that_is_cut_short_is_an_error_that_says_so(*, stream: bool) -> None:
    found = engine(Scripted(content=b'{"a"', cut=CutShortError("x")))
    with pytest.raises(WtcError) as caught:
        found.call("GET", "/info", doing="look", stream=stream).json()
    assert isinstance(caught.value, EngineUnreachableError)
    assert caught.value.causes == ("the connection was closed before the response was complete",)


@pytest.mark.engine
def test_calls_over_the_unix_socket_share_one_connection() -> None:
    found = connect(context="", environment=os.environ)
    try:
        for path in ("/info", "/version", "/networks", "/volumes"):
            found.call("GET", path, doing="look")
        assert isinstance(found.transport, UnixTransport)
        assert found.transport.idle == 1
    finally:
        found.close()


def test_value_that_an_object_lacks_is_an_error_of_the_engine() -> None:
    found = engine(Scripted(content=b"{}")).call("POST", "/exec", doing="run `true`").object()
    with pytest.raises(EngineError, match="cannot read the engine's response") as caught:
        require_text(found, "Id")
    assert caught.value.causes == ("an object has no `Id`",)


@pytest.mark.parametrize("content", [b"[]", b"null", b'"text"', b"[" * 100_000])
def test_content_that_is_not_an_object_is_an_error_of_the_engine(content: bytes) -> None:
    response = engine(Scripted(content=content)).call("POST", "/exec", doing="look")
    with pytest.raises(EngineError):
        response.object()
