"""Reach an engine over TCP, TLS, ssh or a named pipe, through docker-py. Its exceptions do not leave this module."""

import contextlib
import errno
import socket
from collections.abc import Generator, Mapping
from http.client import HTTPException
from urllib.parse import urlsplit

import docker
import docker.errors
import requests
import urllib3.exceptions
from docker.tls import TLSConfig

from wtc.engine.client.connection import OLDEST_API
from wtc.engine.client.duplex_socket import DuplexSocket
from wtc.engine.client.endpoint import Endpoint, Tls
from wtc.engine.client.errors import exception_chain
from wtc.engine.client.transport import (
    CONNECT_TIMEOUT_S,
    Content,
    CutShortError,
    MalformedResponseError,
    NoAnswerError,
    Response,
    TransportCommandError,
)
from wtc.static_typing import Any, cast

POOL_SIZE = 32


class DockerTransport:
    """The session of docker-py, with wtc's connections for ssh and for hijacked streams.

    Raises: OSError if the certificates cannot be used.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        parts = urlsplit(endpoint.address)
        self._scheme, self._name, self._port = parts.scheme, parts.hostname or "", parts.port or 0
        self.host = parts.netloc.rpartition("@")[2] if parts.scheme == "tcp" else "localhost"
        over_ssh = self._scheme == "ssh"
        with _plain_errors():
            api: Any = docker.APIClient(
                # Only docker-py's own adapters use the address; ssh uses an adapter of wtc.
                base_url=None if over_ssh else endpoint.address,
                # Any version: else docker-py asks the engine for one.
                version=".".join(map(str, OLDEST_API)),
                tls=_tls_config(endpoint.tls) if endpoint.tls else False,
                max_pool_size=POOL_SIZE,
            )
        # Otherwise requests takes CA bundles from the environment, and chooses a proxy by other rules than Docker.
        api.trust_env = False
        if endpoint.proxy:
            api.proxies = dict.fromkeys(("http", "https"), endpoint.proxy)
        self._api = api
        self._ssh: Any = None
        if over_ssh:
            from wtc.engine.client.ssh import SshAdapter

            self._ssh = SshAdapter(endpoint.address, size=POOL_SIZE)
            api.mount("http+docker://", self._ssh)

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
        """See `Transport.request`."""
        url = f"{self._api.base_url}{target}"
        with _plain_errors(timeout_s=timeout_s), self._complaints():
            prepared = requests.Request(method, url, data=cast("Any", content), headers=headers).prepare()
            # Without the session, whose cookies and redirects double a call's time.
            response = self._api.get_adapter(url).send(
                prepared,
                stream=True,
                timeout=(CONNECT_TIMEOUT_S, timeout_s),
                verify=self._api.verify,
                cert=self._api.cert,
                proxies=self._api.proxies,
            )
        connection = response.raw.connection
        if stream and connection is not None and connection.sock is not None:
            connection.sock.settimeout(None)
        names = {str(name).lower(): str(value).strip() for name, value in response.headers.items()}
        return Response(status=response.status_code, headers=names, body=_Body(response, timeout_s))

    def open_duplex(self, *, timeout_s: float | None = None) -> DuplexSocket:
        """See `Transport.open_duplex`."""
        with _plain_errors(), self._complaints():
            if self._ssh is not None:
                connection = self._ssh.new_connection()
                connection.connect()
                connection.sock.settimeout(timeout_s)
                return DuplexSocket(connection.sock, connection.close)
            if self._scheme != "tcp":
                raise OSError(errno.EOPNOTSUPP, f"streams over {self._scheme} are not supported")
            link = socket.create_connection((self._name, self._port), timeout=CONNECT_TIMEOUT_S)
            try:
                duplex = self._open_tcp(link)
                link.settimeout(timeout_s)
            except BaseException:
                link.close()
                raise
            return duplex

    def close(self) -> None:
        """See `Transport.close`."""
        self._api.close()

    def _open_tcp(self, link: socket.socket) -> DuplexSocket:
        # Send each key at once, and detect a dead connection.
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        duplex = DuplexSocket(link)
        if self._api.base_url.startswith("https://"):
            from wtc.engine.client.tls_duplex_socket import TlsDuplexSocket

            duplex = TlsDuplexSocket(link, self._tls_context(), self._name)
            duplex.handshake()
        return duplex

    def _tls_context(self) -> Any:
        import ssl

        from requests.utils import DEFAULT_CA_BUNDLE_PATH

        # The session's setting: a CA file, or whether to verify the certificate.
        verify, cert = self._api.verify, self._api.cert
        context = ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH if isinstance(verify, bool) else verify)
        if verify is False:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if cert:
            context.load_cert_chain(*([cert] if isinstance(cert, str) else cert))
        return context

    @contextlib.contextmanager
    def _complaints(self) -> Generator[None]:
        """Raise what the ssh command printed in place of the error that follows from its failure."""
        try:
            yield
        except Exception as error:
            if self._ssh is not None and (printed := self._ssh.complaint()):
                raise TransportCommandError(printed) from error
            raise


class _Body:
    def __init__(self, response: requests.Response, timeout_s: float | None) -> None:
        self._response = response
        self._timeout_s = timeout_s

    def read(self, size: int) -> bytes:
        with _plain_errors(reading=True, timeout_s=self._timeout_s):
            return bytes(self._response.raw.read1(size))

    def shutdown(self) -> None:
        # `close` would wait for the read of the other thread.
        with contextlib.suppress(OSError, ValueError, RuntimeError, AttributeError):
            self._response.raw.shutdown()

    def close(self) -> None:
        self._response.close()


def _tls_config(tls: Tls) -> TLSConfig:
    pair = (tls.certificate, tls.key) if tls.certificate and tls.key else None
    return TLSConfig(client_cert=pair, ca_cert=tls.ca or None, verify=tls.verify)


@contextlib.contextmanager
def _plain_errors(*, reading: bool = False, timeout_s: float | None = None) -> Generator[None]:
    """Raise OSErrors in place of the exceptions of docker-py and its dependencies."""
    try:
        yield
    except TransportCommandError:
        raise
    except (docker.errors.DockerException, requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise plain_error(error, reading=reading, timeout_s=timeout_s) from error


def plain_error(error: Exception, *, reading: bool = False, timeout_s: float | None = None) -> OSError:
    """Return the OSError for an exception of docker-py, requests or urllib3.

    `reading`: the header has arrived. `timeout_s`: how long the response could take.
    """
    chain = list(exception_chain(error))
    late = (requests.ReadTimeout, urllib3.exceptions.ReadTimeoutError)
    if timeout_s is not None and any(isinstance(one, late) for one in chain):
        return NoAnswerError(timeout_s)
    for one in chain:
        if isinstance(one, OSError) and not isinstance(one, requests.RequestException):
            return one
    if any(isinstance(one, requests.Timeout | urllib3.exceptions.TimeoutError) for one in chain):
        return TimeoutError(str(error))
    if any(isinstance(one, urllib3.exceptions.InvalidChunkLength) for one in chain):
        return MalformedResponseError(str(error))
    if reading or any(isinstance(one, urllib3.exceptions.IncompleteRead) for one in chain):
        return CutShortError(str(error))
    if any(isinstance(one, HTTPException) for one in chain):
        return MalformedResponseError(str(error))
    if any(isinstance(one, requests.ConnectionError | urllib3.exceptions.ProtocolError) for one in chain):
        return ConnectionResetError(str(error))
    return OSError(str(error))
