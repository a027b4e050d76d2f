"""Hijack a connection: turn it into a two-way stream of bytes for a command's terminal or a container's input/output.

Source: Engine API, `POST /containers/{id}/attach`, "Hijacking".
"""

import contextlib
import json
from collections.abc import Mapping

from wtc.engine.client.connection import Params, error_text, target_of
from wtc.engine.client.errors import refused_error
from wtc.engine.client.http1 import HEAD_LIMIT_BYTES, Head, request_head, take_head
from wtc.engine.client.transport import NoAnswerError
from wtc.static_typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.engine.client.duplex_socket import DuplexSocket


def hijack(
    engine: "Engine", path: str, *, doing: str, params: Params | None = None, body: Mapping[str, Any] | None = None
) -> "DuplexSocket":
    """Send `POST path` on a new connection and return that connection as a non-blocking stream.

    Raises: as `Engine.call` does.
    """
    with engine.translating_errors(doing), contextlib.ExitStack() as undo:
        duplex = engine.transport.open_duplex(timeout_s=engine.timeout_s)
        undo.callback(duplex.close)
        received = bytearray()
        try:
            duplex.put(_request(engine, path, params, body))
            duplex.flush()
            head = _read_head(duplex, received)
        except TimeoutError as error:
            raise NoAnswerError(engine.timeout_s) from error
        if head.status not in {101, 200}:
            raise refused_error(head.status, _message(duplex, received), doing=doing)
        if received:
            duplex.hold(bytes(received))
        duplex.unblock()
        undo.pop_all()
        return duplex


def _request(engine: "Engine", path: str, params: Params | None, body: Mapping[str, Any] | None) -> bytes:
    content = b"" if body is None else json.dumps(body).encode()
    headers = {
        "Host": engine.transport.host,
        **engine.headers,
        "Connection": "Upgrade",
        "Upgrade": "tcp",
        "Content-Length": str(len(content)),
        **({"Content-Type": "application/json"} if content else {}),
    }
    return request_head("POST", target_of(engine.api_version, path, params), headers) + content


def _read_head(duplex: "DuplexSocket", received: bytearray) -> Head:
    """Return the head of the response; leave the bytes after it in `received`."""
    while (head := take_head(received)) is None:
        data = duplex.take()
        if not data and data is not None:
            raise ConnectionResetError("the connection was closed before the engine responded")
        received += data or b""
    return head


def _message(duplex: "DuplexSocket", received: bytearray) -> str:
    """Return the engine's error message; its object is complete before the connection is closed."""
    while b"}" not in received and len(received) < HEAD_LIMIT_BYTES and (data := duplex.take()):
        received += data
    start, end = received.find(b"{"), received.rfind(b"}")
    return error_text(bytes(received[start : end + 1] if start < end else received))
