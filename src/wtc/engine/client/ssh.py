"""Reach an engine over ssh: one ssh command for each connection runs `docker system dial-stdio` on its host."""

import socket
import subprocess
import tempfile
from urllib.parse import urlsplit

import urllib3
import urllib3.connection
from docker.transport.basehttpadapter import BaseHTTPAdapter
from requests import PreparedRequest

from wtc.static_typing import Any

CONNECT_TIMEOUT_S = 30


def ssh_command(address: str) -> list[str]:
    """Return the ssh command for `ssh://[user@]host[:port][/path of the remote socket]`."""
    parts = urlsplit(address)
    words = ["ssh", "-o", f"ConnectTimeout={CONNECT_TIMEOUT_S}", "-T"]
    if parts.username:
        words += ["-l", parts.username]
    if parts.port:
        words += ["-p", str(parts.port)]
    host = ["--host", f"unix://{parts.path}"] if parts.path.strip("/") else []
    return [*words, "--", parts.hostname or "", "docker", *host, "system", "dial-stdio"]


class _Connection(urllib3.connection.HTTPConnection):
    def __init__(self, words: list[str], complaints: int) -> None:
        super().__init__("localhost")
        self._words = words
        self._complaints = complaints
        self._running: subprocess.Popen[bytes] | None = None

    def connect(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            # A new session, so that Ctrl-C at the terminal reaches only wtc.
            self._running = subprocess.Popen(
                self._words,
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=self._complaints,
                start_new_session=True,
            )
        self.sock = ours

    def close(self) -> None:
        super().close()
        if self._running is not None and self._running.poll() is None:
            self._running.terminate()
            self._running.wait()


class _Pool(urllib3.HTTPConnectionPool):
    def __init__(self, words: list[str], complaints: int, size: int) -> None:
        super().__init__("localhost", maxsize=size)
        self.words = words
        self._complaints = complaints

    def _new_conn(self) -> Any:
        return _Connection(self.words, self._complaints)


class SshAdapter(BaseHTTPAdapter):
    """A transport of a requests session over ssh."""

    def __init__(self, address: str, *, size: int) -> None:
        super().__init__()
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115  lives as long as the adapter
        self._pool = _Pool(ssh_command(address), self._complaints.fileno(), size)

    def new_connection(self) -> Any:
        """Return a new connection that is not in the pool and not connected yet."""
        return _Connection(self._pool.words, self._complaints.fileno())

    def complaint(self) -> str:
        """Return the last line that ssh printed, which says why it failed."""
        self._complaints.seek(0)
        lines = self._complaints.read().decode(errors="replace").strip().splitlines()
        return lines[-1].strip() if lines else ""

    def get_connection(self, url: object, proxies: object = None) -> _Pool:  # noqa: ARG002  the session's interface
        """Return the one pool for every URL."""
        return self._pool

    def request_url(self, request: PreparedRequest, proxies: object) -> str:  # noqa: ARG002  the session's interface
        """Return only the path: ssh uses no proxy."""
        return str(request.path_url)

    def close(self) -> None:
        """End the ssh commands."""
        super().close()
        self._pool.close()
        self._complaints.close()
