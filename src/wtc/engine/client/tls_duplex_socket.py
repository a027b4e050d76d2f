"""A two-way stream of bytes over TLS."""

import contextlib
import socket
import ssl

from wtc.engine.client.duplex_socket import DuplexSocket
from wtc.engine.client.transport import CHUNK_BYTES


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
