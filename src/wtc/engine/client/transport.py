"""The interface of a transport: it carries requests to one engine, and its responses back."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from wtc.engine.client.json_access import parse_json
from wtc.static_typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from wtc.engine.client.duplex_socket import DuplexSocket

CHUNK_BYTES = 64 * 1024
CONNECT_TIMEOUT_S = 10.0
CONTENT_LIMIT_BYTES = 64 << 20
"""How much of a response is read at once; streams have no limit."""
Content = bytes | Iterable[bytes]
"""What a request sends: bytes with their length, or pieces of unknown total length, sent as chunks."""


class NoAnswerError(TimeoutError):
    """The engine was silent for longer than a response may take."""

    def __init__(self, timeout_s: float | None) -> None:
        super().__init__(f"no answer within {timeout_s or 0:g} s")


class CutShortError(ConnectionError):
    """The connection was closed before the response was complete."""


class MalformedResponseError(ConnectionError):
    """What the server sent is not a valid HTTP response."""


class TransportCommandError(ConnectionError):
    """The command that carries the connection (ssh) failed; the message is what it printed."""


class InvalidJsonError(ValueError):
    """The content of a complete response is not valid JSON, or not of the type that the caller needs."""


class Body(Protocol):
    """The content of a response, read once from beginning to end."""

    def read(self, size: int) -> bytes:
        """Return at most `size` bytes, as soon as any have arrived; empty at the end. Raises: OSError."""
        ...

    def shutdown(self) -> None:
        """End the stream that another thread is reading from: its read fails at once."""
        ...

    def close(self) -> None:
        """Close the connection if the content was not read to its end."""
        ...


class Response:
    """A response with its content, which may still be arriving.

    Reading raises what the transport raises, or, of a response of `Engine.call`, a WtcError.
    """

    __slots__ = ("_body", "_content", "_translate", "headers", "status")

    def __init__(self, *, status: int, headers: Mapping[str, str], body: Body) -> None:
        self.status = status
        self.headers = headers
        """Names in lower case; the values of a repeated header are joined by `, `."""
        self._body = body
        self._content: bytes | None = None
        self._translate: Callable[[Exception], Exception] | None = None

    def translate_errors(self, translate: Callable[[Exception], Exception]) -> None:
        """Raise `translate(error)` in place of the errors of reading."""
        self._translate = translate

    def header(self, name: str) -> str:
        """Return a header's value; empty if it is missing. Upper and lower case are equal."""
        return self.headers.get(name.lower(), "")

    def read(self, size: int = -1) -> bytes:
        """Return at most `size` bytes, as soon as any have arrived; all the rest if negative; empty at the end."""
        if size < 0:
            return self._read_all()
        try:
            return self._body.read(size)
        except OSError as error:
            if self._translate is None:
                raise
            raise self._translate(error) from error

    def __iter__(self) -> Iterator[bytes]:
        """Yield the content as it arrives."""
        while data := self.read(CHUNK_BYTES):
            yield data

    @property
    def content(self) -> bytes:
        """The whole content; it is kept, so that it can be used again."""
        if self._content is None:
            self._content = self.read()
        return self._content

    def json(self) -> Any:
        """Return the parsed content. Raises: InvalidJsonError."""
        try:
            return parse_json(self.content)
        except ValueError as error:
            raise self._invalid("not valid JSON") from error

    def object(self) -> "dict[str, Any]":
        """Return the content, which is a JSON object. Raises: InvalidJsonError."""
        found = self.json()
        if not isinstance(found, dict):
            raise self._invalid("not a JSON object")
        return cast("dict[str, Any]", found)

    def objects(self) -> "list[dict[str, Any]]":
        """Return the content, which is a list of JSON objects; `null` is an empty list. Raises: InvalidJsonError."""
        found: object = self.json() or []
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in cast("list[Any]", found)):
            raise self._invalid("not a list of JSON objects")
        return cast("list[dict[str, Any]]", found)

    def shutdown(self) -> None:
        """End the stream that another thread is reading from: its read fails at once."""
        self._body.shutdown()

    def _read_all(self) -> bytes:
        content = bytearray()
        for data in self:
            content += data
            if len(content) > CONTENT_LIMIT_BYTES:
                self.close()
                raise self._invalid(f"larger than {CONTENT_LIMIT_BYTES >> 20} MiB")
        return bytes(content)

    def _invalid(self, what: str) -> Exception:
        error = InvalidJsonError(f"the engine's response is {what}")
        return self._translate(error) if self._translate else error

    def close(self) -> None:
        """Close the connection if the content was not read to its end."""
        self._body.close()


class Transport(Protocol):
    """Connections to one engine. Any thread may call it. Failures of the connection are OSErrors."""

    @property
    def host(self) -> str:
        """The value of the `Host` header."""
        ...

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
        """Send a request and return the response as soon as its header has arrived.

        `target`: path and query. `timeout_s`: how long the engine may be silent, until the header of a `stream` and
        until the end of any other response; connecting has a limit too.
        Raises: OSError; NoAnswerError, CutShortError, MalformedResponseError or TransportCommandError if the cause is
        known.
        """
        ...

    def open_duplex(self, *, timeout_s: float | None = None) -> "DuplexSocket":
        """Return a new connection as a two-way stream of bytes, which blocks at most `timeout_s`.

        Raises: as `request`.
        """
        ...

    def close(self) -> None:
        """Close the connections that no response uses."""
        ...
