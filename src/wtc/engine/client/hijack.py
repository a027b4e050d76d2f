"""Connections that become a plain two-way stream of bytes: a command's terminal, a container's input and output.

They are opened here and not by docker-py, whose sockets lose bytes that arrive with the answer's head, and cannot end
the sending half over TLS. Source: Engine API, `POST /containers/{id}/attach`, "Hijacking".
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
    """A socket without TLS. Nothing here blocks once the socket does not."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link
        self._out = bytearray()
        self._held = bytearray()
        """What was received and is not taken yet."""

    def fileno(self) -> int:
        """The socket's descriptor, to wait for."""
        return self._link.fileno()

    @property
    def ready(self) -> bool:
        """Whether `take` has something of which the descriptor tells nothing."""
        return bool(self._held)

    @property
    def queued(self) -> int:
        """Bytes that were put, and are not sent yet."""
        return len(self._out)

    def take(self) -> bytes | None:
        """What has come; nothing at its end; None where nothing has come yet."""
        if self._held:
            data = bytes(self._held)
            self._held.clear()
            return data
        return self._receive()

    def hold(self, data: bytes) -> None:
        """Gives back what was taken too early."""
        self._held[:0] = data

    def put(self, data: bytes) -> None:
        """Queues bytes."""
        self._out += data

    def flush(self) -> None:
        """Sends of the queued bytes what goes."""
        with contextlib.suppress(BlockingIOError):
            while self._out:
                del self._out[: self._link.send(self._out)]

    def finish(self) -> None:
        """Tells the other side that no more comes, once nothing is queued; what it sends still arrives."""
        self._link.shutdown(socket.SHUT_WR)

    def _receive(self) -> bytes | None:
        try:
            return self._link.recv(CHUNK_BYTES)
        except BlockingIOError:
            return None


class TlsDuplexSocket(DuplexSocket):
    """TLS over buffers, which unlike a TLS socket can end its sending half and go on receiving."""

    def __init__(self, link: socket.socket, context: ssl.SSLContext, host: str) -> None:
        super().__init__(link)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)

    def greet(self) -> None:
        """The handshake, on a socket that blocks. Raises: ssl.SSLError, OSError."""
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
        """Whether records are here already."""
        return bool(self._held or self._tls.pending() or self._incoming.pending)

    def put(self, data: bytes) -> None:
        """Queues bytes."""
        self._tls.write(data)
        super().put(self._outgoing.read())

    def finish(self) -> None:
        """Sends the alert that closes one direction."""
        # The call below has to find no record waiting, or it would throw it away.
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
        """Whether records came; None where none came yet."""
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
    """An open stream to the engine; `duplex` carries it."""

    def __init__(self, duplex: DuplexSocket, release: Callable[[], None]) -> None:
        self.duplex = duplex
        self._release = release

    def close(self) -> None:
        """Lets go of the connection."""
        self._release()


def hijack(
    engine: "Engine", path: str, *, doing: str, params: Params | None = None, body: Mapping[str, Any] | None = None
) -> HijackedStream:
    """`POST path` on a connection of its own, which is the stream from then on.

    Raises: as `Engine.call` does.
    """
    with engine.mapping(doing), contextlib.ExitStack() as undo:
        link, release = _connect(engine)
        undo.callback(release)
        duplex = _open_duplex(engine, link)
        link.settimeout(None)
        duplex.put(_request(engine, path, params or {}, body))
        duplex.flush()
        status, rest = _answer(duplex)
        if status not in {101, 200}:
            raise refused_error(status, _message(duplex, rest), doing=doing)
        if rest:
            duplex.hold(rest)
        link.setblocking(False)  # noqa: FBT003  the standard library's signature
        undo.pop_all()
        return HijackedStream(duplex, release)


def _connect(engine: "Engine") -> tuple[socket.socket, Callable[[], None]]:
    """A new connection to the engine, and what ends it."""
    parts = urlsplit(engine.address)
    if parts.scheme == "ssh":
        adapter = cast("Any", engine.api).get_adapter("http+docker://localhost")
        connection = adapter.get_connection("")._new_conn()  # noqa: SLF001  one that the pool does not know
        connection.connect()
        return connection.sock, connection.close
    if parts.scheme == "tcp":
        link = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=CONNECT_TIMEOUT_S)
        # Keys are sent as they are typed, and a dead line is noticed.
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

    # The session's own settings: a CA file, or whether to look at the certificate at all.
    verify = api.verify
    context = ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH if isinstance(verify, bool) else verify)
    if verify is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if api.cert:
        context.load_cert_chain(*([api.cert] if isinstance(api.cert, str) else api.cert))
    duplex = TlsDuplexSocket(link, context, urlsplit(engine.address).hostname or "")
    duplex.greet()
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


def _answer(duplex: DuplexSocket) -> tuple[int, bytes]:
    """The status, and what came after the answer's head."""
    head = bytearray()
    while _END_OF_HEAD not in head:
        data = duplex.take()
        if not data and data is not None:
            raise ConnectionResetError("the connection was closed before the engine answered")
        head += data or b""
        if len(head) > HEAD_LIMIT_BYTES:
            raise ConnectionResetError("what answers is no engine")
    first, _, rest = bytes(head).partition(_END_OF_HEAD)
    words = first.split(b"\r\n", 1)[0].split()
    if len(words) < 2 or not words[1].isdigit():
        raise ConnectionResetError("what answers is no engine")
    return int(words[1]), rest


def _message(duplex: DuplexSocket, rest: bytes) -> str:
    """The engine's words in a refusal; its object is whole long before the connection is closed."""
    text = bytearray(rest)
    while b"}" not in text and len(text) < HEAD_LIMIT_BYTES and (data := duplex.take()):
        text += data
    start, end = text.find(b"{"), text.rfind(b"}")
    try:
        return str(json.loads(text[start : end + 1])["message"])
    except (ValueError, KeyError, TypeError):
        return bytes(text).decode(errors="replace").strip()[:1000]
