"""The connection to an engine: open it, negotiate the API version, and send requests."""

import contextlib
import functools
import json
from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING, Any, cast

from wtc.dataclass import dataclass, field
from wtc.engine.client.endpoint import Endpoint, Tls, choose_endpoint
from wtc.engine.client.errors import refused_error, translate_error, unreachable_error
from wtc.engine.client.proxies import redact_proxy
from wtc.errors import EngineError, EngineUnreachableError

if TYPE_CHECKING:
    from docker import APIClient
    from requests import Response

OLDEST_API = (1, 41)
NEWEST_API = (1, 51)
"""The newest version that wtc was tested with; newer engines still support it."""
POOL_SIZE = 32
PING_TIMEOUT_S = 20.0
CONNECT_TIMEOUT_S = 10.0
Params = Mapping[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """A connection to a reachable engine.

    `host` is the host on which published ports are reachable. Every call raises EngineUnreachableError if the engine
    cannot be reached, and EngineError if it refuses the request (NotFoundError for 404); `doing` completes "cannot ..."
    in their messages.
    """

    api: "APIClient" = field(repr=False)
    address: str
    chosen_by: str
    host: str
    host_is_local: bool
    api_version: tuple[int, int]

    def call(
        self,
        method: str,
        path: str,
        *,
        doing: str,
        params: Params | None = None,
        body: Mapping[str, Any] | None = None,
        data: object = None,
        headers: Mapping[str, str] | None = None,
        stream: bool = False,
        accept: tuple[int, ...] = (),
    ) -> "Response":
        """Send one request. `path` comes after the version; a status of 400 or more raises unless it is in `accept`."""
        sent = dict(headers or {})
        if body is not None:
            data = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        version = ".".join(map(str, self.api_version))
        with self.mapping(doing):
            send = functools.partial(
                _send,
                self.api,
                method,
                f"{self.api.base_url}/v{version}{path}",
                params=params,
                data=data,
                headers=sent,
                stream=stream,
            )
            response = _retry_get(send) if method == "GET" else send()
            if response.status_code >= 400 and response.status_code not in accept:
                raise refused_error(response.status_code, error_message(response), doing=doing)
        return response

    def object(self, path: str, *, doing: str, params: Params | None = None) -> dict[str, Any]:
        """Return the object that `GET path` responds with."""
        with self.mapping(doing):
            return dict(self.call("GET", path, doing=doing, params=params).json())

    def list(self, path: str, *, doing: str, params: Params | None = None) -> "list[dict[str, Any]]":
        """Return the objects of the list that `GET path` responds with."""
        with self.mapping(doing):
            return [dict(one) for one in self.call("GET", path, doing=doing, params=params).json() or ()]

    @contextlib.contextmanager
    def mapping(self, doing: str) -> Generator[None]:
        """Translate the exceptions that docker-py and its dependencies raise inside to wtc's errors."""
        import docker.errors
        import requests
        import urllib3.exceptions

        try:
            yield
        except (
            docker.errors.DockerException,
            requests.RequestException,
            urllib3.exceptions.HTTPError,
            OSError,
        ) as error:
            raise translate_error(error, doing=doing, address=self.address) from error

    def close(self) -> None:
        """Close all connections."""
        self.api.close()


def _send(
    api: "APIClient",
    method: str,
    url: str,
    *,
    params: Params | None,
    data: object,
    headers: Mapping[str, str],
    stream: bool,
) -> "Response":
    """Send a request through the transport, without the session, whose cookies and redirects double a call's time."""
    import requests

    request = requests.Request(
        method, url, params=params, data=cast("Any", data), headers={**cast("Any", api.headers), **headers}
    ).prepare()
    response = api.get_adapter(url).send(
        request,
        stream=stream,
        # Some calls take long (a stop, a large volume), so only connecting has a timeout.
        timeout=(CONNECT_TIMEOUT_S, None),
        verify=cast("Any", api.verify),
        cert=api.cert,
        proxies=cast("Any", api.proxies),
    )
    if not stream:
        _ = response.content
    return response


def _retry_get(send: "Callable[[], Response]") -> "Response":
    """Send a request that changes nothing; repeat it once, because a pooled connection may be closed by now."""
    import requests

    try:
        return send()
    except requests.ConnectionError:
        return send()


def connect(*, context: str, environment: Mapping[str, str]) -> Engine:
    """Connect to the engine that the docker command would choose, with one `GET /_ping`.

    Raises: EngineUnreachableError; EngineError if its API is too old.
    """
    return open_engine(choose_endpoint(context=context, environment=environment))


def open_engine(endpoint: Endpoint) -> Engine:
    """Connect to an endpoint. Source: Engine API, `GET /_ping`, which returns the newest API version it supports."""
    import docker.errors
    import requests

    api, complaint = _client(endpoint)
    try:
        response = api.get(f"{api.base_url}/_ping", timeout=(CONNECT_TIMEOUT_S, PING_TIMEOUT_S))
    except (docker.errors.DockerException, requests.RequestException, OSError) as error:
        raise _add_proxy_hint(unreachable_error(error, endpoint.address, complaint=complaint()), endpoint) from error
    version = _negotiate_version(response.headers.get("Api-Version", ""), endpoint)
    # docker-py would send another request to find the version.
    api._version = ".".join(map(str, version))  # type: ignore[attr-defined]  # noqa: SLF001
    return Engine(
        api=api,
        address=endpoint.address,
        chosen_by=endpoint.chosen_by,
        host=endpoint.host,
        host_is_local=endpoint.is_local,
        api_version=version,
    )


def error_message(response: "Response") -> str:
    """Return the engine's message in a response with status 400 or more."""
    try:
        return str(response.json()["message"])
    except (ValueError, KeyError, TypeError):
        return response.text.strip()[:1000]


def _client(endpoint: Endpoint) -> "tuple[APIClient, Any]":
    """Return the session, and a function that returns what the transport (ssh) printed to explain a failure."""
    import docker
    import docker.errors

    over_ssh = endpoint.scheme == "ssh"
    try:
        api = docker.APIClient(
            # Only docker-py's own adapters use the address; ssh uses an adapter of wtc.
            base_url=None if over_ssh else endpoint.address,
            version=".".join(map(str, OLDEST_API)),
            tls=_tls_config(endpoint.tls) if endpoint.tls else False,
            max_pool_size=POOL_SIZE,
        )
    except docker.errors.DockerException as error:
        raise EngineUnreachableError(
            f"cannot reach the engine at `{endpoint.address}`", causes=(str(error),)
        ) from error
    # Otherwise requests takes CA bundles from the environment, and chooses a proxy by other rules than Docker.
    api.trust_env = False
    if endpoint.proxy:
        api.proxies = dict.fromkeys(("http", "https"), endpoint.proxy)
    if endpoint.scheme == "unix":
        from wtc.engine.client.unix_socket import SocketAdapter

        made = cast("Any", api.get_adapter(str(api.base_url)))
        api.mount("http+docker://", SocketAdapter(made.socket_path, max_pool_size=POOL_SIZE))
    if not over_ssh:
        return api, str
    from wtc.engine.client.ssh import SshAdapter

    adapter = SshAdapter(endpoint.address, size=POOL_SIZE)
    api.mount("http+docker://", adapter)
    return api, adapter.complaint


def _tls_config(tls: Tls) -> Any:
    from docker.tls import TLSConfig

    pair = (tls.certificate, tls.key) if tls.certificate and tls.key else None
    return TLSConfig(client_cert=pair, ca_cert=tls.ca or None, verify=tls.verify)


def _negotiate_version(newest: str, endpoint: Endpoint) -> tuple[int, int]:
    known = _version(newest)
    if known is None:
        what = f"the server at `{endpoint.address}` is not a Docker engine"
        raise _add_proxy_hint(EngineUnreachableError(what, causes=("it does not report an API version",)), endpoint)
    needed = ".".join(map(str, OLDEST_API))
    if known < OLDEST_API:
        raise EngineError(
            f"the engine at `{endpoint.address}` is too old",
            causes=(f"it supports API {newest}; wtc needs API {needed} (Docker Engine 20.10) or newer",),
        )
    requested = _version(endpoint.api_version) if endpoint.api_version else known
    if requested is None or not OLDEST_API <= requested <= known:
        raise EngineError(
            f"`DOCKER_API_VERSION` asks for API `{endpoint.api_version}`, which is not supported",
            causes=(f"wtc needs {needed} or newer, and the engine at `{endpoint.address}` supports up to {newest}",),
            hints=("to use the newest version that both support, unset `DOCKER_API_VERSION`",),
        )
    return min(requested, NEWEST_API)


def _add_proxy_hint(error: EngineUnreachableError, endpoint: Endpoint) -> EngineUnreachableError:
    """Return the error with the proxy as a possible cause."""
    if not endpoint.proxy:
        return error
    return error.replace(
        causes=(*error.causes, f"the connection goes through the proxy `{redact_proxy(endpoint.proxy)}`"),
        hints=("to connect directly, add the engine's host to `NO_PROXY`", *error.hints),
    )


def _version(text: str) -> tuple[int, int] | None:
    try:
        major, minor = (int(part) for part in text.split("."))
    except ValueError:
        return None
    return major, minor
