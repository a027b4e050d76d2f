"""The connection to an engine: open it, negotiate the API version, and send requests."""

import contextlib
import functools
import json
import threading
from collections.abc import Callable, Generator, Mapping
from math import inf

from wtc import __version__
from wtc.dataclass import dataclass, field, replace
from wtc.engine.client.endpoint import Endpoint, choose_endpoint
from wtc.engine.client.http1 import encode_path, encode_query
from wtc.engine.client.json_access import parse_json
from wtc.engine.client.transport import CutShortError, MalformedResponseError
from wtc.errors import EngineError, EngineUnreachableError, WtcError
from wtc.static_typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wtc.engine.client.transport import Content, Response, Transport

OLDEST_API = (1, 41)
NEWEST_API = (1, 51)
"""The newest version that wtc was tested with; newer engines still support it."""
PING_TIMEOUT_S = 20.0
MESSAGE_LIMIT = 1000
Params = Mapping[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """A connection to a reachable engine.

    `host` is the host on which published ports are reachable. Every call raises EngineUnreachableError if the engine
    cannot be reached, and EngineError if it refuses the request (NotFoundError for 404); `doing` completes "cannot ..."
    in their messages.
    """

    transport: "Transport" = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    """Sent with each request; they can contain a password."""
    address: str
    chosen_by: str
    host: str
    host_is_local: bool
    api_version: tuple[int, int]
    timeout_s: float | None = None
    """How long a response may take; None sets no limit."""
    parallel: int = 0
    """The most calls at a time of a plan; 0: what the transport allows."""
    info_read: "list[dict[str, Any]]" = field(default_factory=list["dict[str, Any]"], repr=False)
    """What `info` has read, once."""
    info_lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def allowing(self, work_s: float) -> "Engine":
        """Return the same connection for requests that the engine works on before it answers; `math.inf`: any time."""
        timeout_s = None if self.timeout_s is None or work_s == inf else self.timeout_s + work_s
        return replace(self, timeout_s=timeout_s)

    def call(
        self,
        method: str,
        path: str,
        *,
        doing: str,
        params: Params | None = None,
        body: Mapping[str, Any] | None = None,
        data: "Content | None" = None,
        headers: Mapping[str, str] | None = None,
        stream: bool = False,
        accept: tuple[int, ...] = (),
    ) -> "Response":
        """Send one request. `path` comes after the version; a status of 400 or more raises unless it is in `accept`.

        The content is read before the call returns, but with `stream`. Reading a stream raises as this method does, and
        has no limit of time.
        """
        sent = {**self.headers, **(headers or {})}
        if body is not None:
            data = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        target = target_of(self.api_version, path, params)
        send = functools.partial(
            self.transport.request,
            method,
            target,
            headers=sent,
            content=data,
            timeout_s=self.timeout_s,
            stream=stream,
        )
        translate = functools.partial(self._translated, doing=doing)
        with self.translating_errors(doing):
            response = _retry(send) if method in {"GET", "HEAD"} else send()
        response.translate_errors(translate)
        if response.status >= 400 and response.status not in accept:
            from wtc.engine.client.errors import refused_error

            raise refused_error(response.status, error_text(response.content), doing=doing)
        if not stream:
            _ = response.content
        return response

    def object(self, path: str, *, doing: str, params: Params | None = None) -> dict[str, Any]:
        """Return the object that `GET path` responds with."""
        return self.call("GET", path, doing=doing, params=params).object()

    def list(self, path: str, *, doing: str, params: Params | None = None) -> "list[dict[str, Any]]":
        """Return the objects of the list that `GET path` responds with."""
        return self.call("GET", path, doing=doing, params=params).objects()

    def info(self) -> dict[str, Any]:
        """Return the engine's system information, which is read once: that takes several milliseconds.

        Source: Engine API, `GET /info`.
        """
        with self.info_lock:
            if not self.info_read:
                self.info_read.append(self.object("/info", doing="read the engine's system information"))
            return self.info_read[0]

    @contextlib.contextmanager
    def translating_errors(self, doing: str) -> Generator[None]:
        """Translate the errors of the connection that are raised inside to wtc's errors."""
        try:
            yield
        except OSError as error:
            raise self._translated(error, doing=doing) from error

    def _translated(self, error: Exception, *, doing: str) -> WtcError:
        from wtc.engine.client.errors import translate_error

        return translate_error(error, doing=doing, address=self.address)

    def close(self) -> None:
        """Close all connections."""
        self.transport.close()


def _retry(send: "Callable[[], Response]") -> "Response":
    """Send a request that changes nothing; repeat it once, because a pooled connection may be closed by now."""
    try:
        return send()
    except (CutShortError, MalformedResponseError):
        raise
    except ConnectionError:
        return send()


def target_of(api_version: tuple[int, int], path: str, params: Params | None) -> str:
    """Return the path and query of a request."""
    query = f"?{encode_query(params)}" if params else ""
    return f"/v{api_version[0]}.{api_version[1]}{encode_path(path)}{query}"


def connect(*, context: str, environment: Mapping[str, str], timeout_s: float | None = None) -> Engine:
    """Connect to the engine that the docker command would choose, with one `GET /_ping`.

    `timeout_s`: how long each response may take.
    Raises: EngineUnreachableError; EngineError if its API is too old.
    """
    return open_engine(choose_endpoint(context=context, environment=environment), timeout_s=timeout_s)


def open_engine(endpoint: Endpoint, *, timeout_s: float | None = None) -> Engine:
    """Connect to an endpoint. Source: Engine API, `GET /_ping`, which returns the newest API version it supports."""
    # The configuration's `User-Agent` is not used, as by the docker command.
    headers = {**endpoint.headers, "User-Agent": f"wtc/{__version__}"}
    try:
        transport = open_transport(endpoint)
        limit_s = min(timeout_s or PING_TIMEOUT_S, PING_TIMEOUT_S)
        response = transport.request("GET", "/_ping", headers=headers, timeout_s=limit_s)
        _ = response.content
    except OSError as error:
        from wtc.engine.client.errors import unreachable_error

        raise _add_proxy_hint(unreachable_error(error, endpoint.address), endpoint) from error
    version = _negotiate_version(response.header("Api-Version"), endpoint)
    return Engine(
        transport=transport,
        headers=headers,
        address=endpoint.address,
        chosen_by=endpoint.chosen_by,
        host=endpoint.host,
        host_is_local=endpoint.is_local,
        api_version=version,
        timeout_s=timeout_s,
    )


def error_text(content: bytes) -> str:
    """Return the engine's message in the content of a response with status 400 or more."""
    try:
        return str(parse_json(content)["message"])
    except (ValueError, KeyError, TypeError):
        return content.decode(errors="replace").strip()[:MESSAGE_LIMIT]


def open_transport(endpoint: Endpoint) -> "Transport":
    """Return the transport for an endpoint; it connects with the first request. Raises: OSError."""
    if endpoint.scheme == "unix":
        from wtc.engine.client.unix_transport import UnixTransport

        return UnixTransport(endpoint.address.removeprefix("unix://"))
    from wtc.engine.client.docker_transport import DockerTransport

    return DockerTransport(endpoint)


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
    from wtc.engine.client.proxies import redact_proxy

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
