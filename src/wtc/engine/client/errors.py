"""Failures of the engine and of the way to it, as wtc's errors: told by type and status, never by their words."""

import errno
import socket
import ssl
from collections.abc import Iterator

from wtc.errors import EngineError, EngineUnreachableError, NotFoundError, WtcError

DOCTOR = "to see what wtc tried, run `wtc doctor`"
_SOCKET_CLOSED = (
    "to be let in, add the user to the `docker` group (`sudo usermod -aG docker $USER`), or run a rootless engine"
)
_NOT_RUNNING = "to start it, run `sudo systemctl start docker`, or start Docker Desktop, Colima or OrbStack"

_CAUSES: dict[int, tuple[str, str]] = {
    errno.ENOENT: ("no such socket", _NOT_RUNNING),
    errno.ECONNREFUSED: ("connection refused", _NOT_RUNNING),
    errno.EACCES: ("permission denied", _SOCKET_CLOSED),
    errno.EPERM: ("permission denied", _SOCKET_CLOSED),
    errno.ENOTSOCK: ("not a socket", ""),
    errno.EISDIR: ("not a socket", ""),
    errno.ENETUNREACH: ("network unreachable", ""),
    errno.EHOSTUNREACH: ("host unreachable", ""),
    errno.ETIMEDOUT: ("no answer in time", ""),
    errno.ECONNRESET: ("connection reset", ""),
    errno.EPIPE: ("connection closed", ""),
}


def refused_error(status: int, message: str, *, doing: str) -> EngineError:
    """The engine's answer of 400 or more. `doing` completes "cannot ..."; its message becomes the cause."""
    causes = (message.strip(),) if message.strip() else (f"HTTP status {status}",)
    kind = NotFoundError if status == 404 else EngineError
    return kind(f"cannot {doing}", status=status, causes=causes)


def unreachable_error(error: BaseException, address: str, *, complaint: str = "") -> EngineUnreachableError:
    """No engine there, or no longer. `complaint` is what the way to it (ssh) printed."""
    cause, hint = _cause_of(error)
    if complaint:
        cause, hint = complaint, ""
    hints = (hint, DOCTOR) if hint else (DOCTOR,)
    return EngineUnreachableError(f"cannot reach the engine at `{address}`", causes=(cause,), hints=hints)


def translate_error(error: Exception, *, doing: str, address: str) -> WtcError:
    """wtc's error for one of docker-py's, of requests' or of the socket layer's; a WtcError stays what it is."""
    import docker.errors
    import requests
    import urllib3.exceptions

    if isinstance(error, WtcError):
        return error
    if isinstance(error, docker.errors.APIError):
        response = error.response
        status = response.status_code if response is not None else 0
        return refused_error(status, str(error.explanation or ""), doing=doing)
    if isinstance(error, requests.RequestException | urllib3.exceptions.HTTPError | OSError):
        return unreachable_error(error, address)
    return EngineError(f"cannot {doing}", causes=(str(error) or type(error).__name__,))


def exception_chain(error: BaseException) -> Iterator[BaseException]:
    """An exception, and all that it stands for: causes, contexts, and exceptions among its arguments."""
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inner = (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args)
        waiting.extend(e for e in inner if isinstance(e, BaseException))


def _cause_of(error: BaseException) -> tuple[str, str]:
    """A cause in plain words, and a hint or nothing; the most telling exception of the chain decides."""
    links = list(exception_chain(error))
    for tell in (_secure_cause, _system_cause, _general_cause):
        for one in links:
            if found := tell(one):
                return found
    return str(error) or type(error).__name__, ""


def _secure_cause(one: BaseException) -> tuple[str, str] | None:
    if isinstance(one, ssl.SSLCertVerificationError):
        return f"its certificate does not hold: {one.verify_message}", ""
    if isinstance(one, ssl.SSLError):
        return "the TLS handshake failed", "to use TLS, set `DOCKER_TLS_VERIFY=1` and `DOCKER_CERT_PATH`"
    return ("the host name is not known", "") if isinstance(one, socket.gaierror) else None


def _system_cause(one: BaseException) -> tuple[str, str] | None:
    return _CAUSES.get(one.errno or 0) if isinstance(one, OSError) else None


def _general_cause(one: BaseException) -> tuple[str, str] | None:
    import requests
    import urllib3.exceptions

    if isinstance(one, TimeoutError | requests.Timeout):
        return "no answer in time", ""
    if isinstance(one, ConnectionError | requests.ConnectionError | urllib3.exceptions.ProtocolError):
        return "the connection was closed", ""
    return None
