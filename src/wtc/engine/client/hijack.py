"""Hijack a connection: turn it into a two-way stream of bytes for a command's terminal or a container's input/output.

docker-py is not used for this: its sockets lose bytes that arrive together with the response's header, and cannot
close the sending half over TLS. Source: Engine API, `POST /containers/{id}/attach`, "Hijacking".
"""

import contextlib
import json
import socket
import ssl
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode, urlsplit

from wtc.engine.client.connection import CONNECT_TIMEOUT_S, Params
from wtc.engine.client.errors import refused_error

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

CHUNK_BYTES = 64 * 1024
HEAD_LIMIT_BYTES = 64 * 1024
_END_OF_HEAD = b"\r\n\r\n"


class DuplexSocket:
    """A socket without TLS. No method blocks if the socket is non-blocking."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link
        self._out = bytearray()
        self._held = bytearray()
        """Bytes that were received and not taken yet."""

    def fileno(self) -> int:
        """Return the socket's descriptor, for `select`."""
        return self._link.fileno()

    @property
    def ready(self) -> bool:
        """Whether `take` has data although the descriptor may not be readable."""
        return bool(self._held)

    @property
    def queued(self) -> int:
        """The number of bytes that are queued and not sent yet."""
        return len(self._out)

    def take(self) -> bytes | None:
        """Return the received bytes; empty at the end of the stream, None if nothing has arrived yet."""
        if self._held:
            data = bytes(self._held)
            self._held.clear()
            return data
        return self._receive()

    def hold(self, data: bytes) -> None:
        """Put back bytes that were taken too early."""
        self._held[:0] = data

    def put(self, data: bytes) -> None:
        """Queue bytes for sending."""
        self._out += data

    def flush(self) -> None:
        """Send as many of the queued bytes as the socket accepts."""
        with contextlib.suppress(BlockingIOError):
            while self._out:
                del self._out[: self._link.send(self._out)]

    def finish(self) -> None:
        """Close the sending half; call it when nothing is queued. What the other side sends still arrives."""
        self._link.shutdown(socket.SHUT_WR)

    def _receive(self) -> bytes | None:
        try:
            return self._link.recv(CHUNK_BYTES)
        except BlockingIOError:
            return None


class TlsDuplexSocket(DuplexSocket):
    """TLS over buffers, which unlike a TLS socket can close its sending half and continue to receive."""

    def __init__(self, link: socket.socket, context: ssl.SSLContext, host: str) -> None:
        super().__init__(link)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)

    def handshake(self) -> None:
        """Do the handshake, on a blocking socket. Raises: ssl.SSLError, OSError."""
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self._send_records()
                if not self._feed():
                    raise
            else:
                self._send_records()
                return

    @property
    def ready(self) -> bool:
        """Whether records have been received already."""
        return bool(self._held or self._tls.pending() or self._incoming.pending)

    def put(self, data: bytes) -> None:
        """Queue bytes for sending."""
        self._tls.write(data)
        super().put(self._outgoing.read())

    def finish(self) -> None:
        """Send the alert that closes one direction."""
        # `unwrap` discards records that are waiting, so decode them first.
        while data := self._decoded():
            self._held += data
        with contextlib.suppress(ssl.SSLError):
            self._tls.unwrap()
        self._send_records()

    def _receive(self) -> bytes | None:
        data = self._decoded()
        if data is None:
            fed = self._feed()
            data = self._decoded() if fed else fed if fed is None else b""
        self._send_records()
        return data

    def _decoded(self) -> bytes | None:
        try:
            return self._tls.read(CHUNK_BYTES)
        except ssl.SSLWantReadError:
            return None
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    def _feed(self) -> bool | None:
        """Receive records. Return whether there are any; None if none has arrived yet."""
        data = super()._receive()
        if data is None:
            return None
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()
        return bool(data)

    def _send_records(self) -> None:
        super().put(self._outgoing.read())
        self.flush()


class HijackedStream:
    """An open stream to the engine, over the socket `duplex`."""

    def __init__(self, duplex: DuplexSocket, release: Callable[[], None]) -> None:
        self.duplex = duplex
        self._release = release

    def close(self) -> None:
        """Close the connection."""
        self._release()


def hijack(
    engine: "Engine", path: str, *, doing: str, params: Params | None = None, body: Mapping[str, Any] | None = None
) -> HijackedStream:
    """Send `POST path` on a new connection and return that connection as a stream.

    Raises: as `Engine.call` does.
    """
    with engine.mapping(doing), contextlib.ExitStack() as undo:
        link, release = _connect(engine)
        undo.callback(release)
        duplex = _open_duplex(engine, link)
        link.settimeout(None)
        duplex.put(_request(engine, path, params or {}, body))
        duplex.flush()
        status, rest = _read_head(duplex)
        if status not in {101, 200}:
            raise refused_error(status, _message(duplex, rest), doing=doing)
        if rest:
            duplex.hold(rest)
        link.setblocking(False)  # noqa: FBT003  the standard library's signature
        undo.pop_all()
        return HijackedStream(duplex, release)


def _connect(engine: "Engine") -> tuple[socket.socket, Callable[[], None]]:
    """Return a new connection to the engine, and the function that closes it."""
    parts = urlsplit(engine.address)
    if parts.scheme == "ssh":
        adapter = cast("Any", engine.api).get_adapter("http+docker://localhost")
        connection = adapter.get_connection("")._new_conn()  # noqa: SLF001  outside of the pool
        connection.connect()
        return connection.sock, connection.close
    if parts.scheme == "tcp":
        link = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=CONNECT_TIMEOUT_S)
        # Send each key at once, and detect a dead connection.
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return link, link.close
    link = socket.socket(socket.AF_UNIX)
    link.settimeout(CONNECT_TIMEOUT_S)
    try:
        link.connect(f"/{(parts.netloc + parts.path).lstrip('/')}")
    except OSError:
        link.close()
        raise
    return link, link.close


def _open_duplex(engine: "Engine", link: socket.socket) -> DuplexSocket:
    api = cast("Any", engine.api)
    if not api.base_url.startswith("https://"):
        return DuplexSocket(link)
    from requests.utils import DEFAULT_CA_BUNDLE_PATH

    # The session's setting: a CA file, or whether to verify the certificate.
    verify = api.verify
    context = ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH if isinstance(verify, bool) else verify)
    if verify is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if api.cert:
        context.load_cert_chain(*([api.cert] if isinstance(api.cert, str) else api.cert))
    duplex = TlsDuplexSocket(link, context, urlsplit(engine.address).hostname or "")
    duplex.handshake()
    return duplex


def _request(engine: "Engine", path: str, params: Params, body: Mapping[str, Any] | None) -> bytes:
    version = ".".join(map(str, engine.api_version))
    content = b"" if body is None else json.dumps(body).encode()
    query = f"?{urlencode(params)}" if params else ""
    given = cast("Mapping[str, str]", engine.api.headers)
    headers = {
        **{key: str(value) for key, value in given.items() if key.lower() not in {"accept-encoding", "connection"}},
        "Host": urlsplit(engine.address).hostname or "localhost",
        "Connection": "Upgrade",
        "Upgrade": "tcp",
        "Content-Length": str(len(content)),
        **({"Content-Type": "application/json"} if content else {}),
    }
    head = "".join(f"{key}: {value}\r\n" for key, value in headers.items())
    return f"POST /v{version}{path}{query} HTTP/1.1\r\n{head}\r\n".encode() + content


def _read_head(duplex: DuplexSocket) -> tuple[int, bytes]:
    """Return the status, and the bytes after the response's header."""
    head = bytearray()
    while _END_OF_HEAD not in head:
        data = duplex.take()
        if not data and data is not None:
            raise ConnectionResetError("the connection was closed before the engine answered")
        head += data or b""
        if len(head) > HEAD_LIMIT_BYTES:
            raise ConnectionResetError("the server is not a Docker engine")
    first, _, rest = bytes(head).partition(_END_OF_HEAD)
    words = first.split(b"\r\n", 1)[0].split()
    if len(words) < 2 or not words[1].isdigit():
        raise ConnectionResetError("the server is not a Docker engine")
    return int(words[1]), rest


def _message(duplex: DuplexSocket, rest: bytes) -> str:
    """Return the engine's error message; its object is complete before the connection is closed."""
    text = bytearray(rest)
    while b"}" not in text and len(text) < HEAD_LIMIT_BYTES and (data := duplex.take()):
        text += data
    start, end = text.find(b"{"), text.rfind(b"}")
    try:
        return str(json.loads(text[start : end + 1])["message"])
    except (ValueError, KeyError, TypeError):
        return bytes(text).decode(errors="replace").strip()[:1000]
