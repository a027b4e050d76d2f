"""Translate failures of the engine and of the connection to wtc's errors, by type and status, never by message."""

import errno
from collections.abc import Iterator

from wtc.engine.client.transport import (
    CutShortError,
    MalformedResponseError,
    NoAnswerError,
    TransportCommandError,
)
from wtc.errors import EngineError, EngineUnreachableError, NotFoundError, WtcError

DOCTOR = "to see what wtc tried, run `wtc doctor`"
_SOCKET_CLOSED = (
    "to get access, add the user to the `docker` group (`sudo usermod -aG docker $USER`), or run a rootless engine"
)
_NOT_RUNNING = "to start it, run `sudo systemctl start docker`, or start Docker Desktop, Colima or OrbStack"

_CAUSES: dict[int, tuple[str, str]] = {
    errno.ENOENT: ("no such socket", _NOT_RUNNING),
    errno.ECONNREFUSED: ("connection refused", _NOT_RUNNING),
    errno.EACCES: ("permission denied", _SOCKET_CLOSED),
    errno.EPERM: ("permission denied", _SOCKET_CLOSED),
    errno.ENOTSOCK: ("not a socket", ""),
    errno.EISDIR: ("not a socket", ""),
    errno.ENAMETOOLONG: ("the path of the socket is too long", "to shorten it, create a symbolic link to the socket"),
    errno.ENETUNREACH: ("network unreachable", ""),
    errno.EHOSTUNREACH: ("host unreachable", ""),
    errno.ETIMEDOUT: ("timed out", ""),
    errno.ECONNRESET: ("connection reset", ""),
    errno.EPIPE: ("connection closed", ""),
}


def refused_error(status: int, message: str, *, doing: str) -> EngineError:
    """Return the error for a response of 400 or more. `doing` completes "cannot ..."; its message becomes the cause."""
    causes = (message.strip(),) if message.strip() else (f"HTTP status {status}",)
    kind = NotFoundError if status == 404 else EngineError
    return kind(f"cannot {doing}", status=status, causes=causes)


def unreachable_error(error: BaseException, address: str) -> EngineUnreachableError:
    """Return the error for an engine that cannot be reached."""
    cause, hint = _cause_of(error)
    hints = (hint, DOCTOR) if hint else (DOCTOR,)
    return EngineUnreachableError(f"cannot reach the engine at `{address}`", causes=(cause,), hints=hints)


def translate_error(error: Exception, *, doing: str, address: str) -> WtcError:
    """Return wtc's error for an exception of a transport; return a WtcError unchanged."""
    if isinstance(error, WtcError):
        return error
    if isinstance(error, OSError):
        return unreachable_error(error, address)
    return EngineError(f"cannot {doing}", causes=(str(error) or type(error).__name__,))


def exception_chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and all that it wraps: causes, contexts, and exceptions among its arguments."""
    visited: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting:
        one = waiting.pop(0)
        if id(one) in visited:
            continue
        visited.add(id(one))
        yield one
        inner = (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args)
        waiting.extend(e for e in inner if isinstance(e, BaseException))


def _cause_of(error: BaseException) -> tuple[str, str]:
    """Return the cause as text and a hint, which may be empty; the most specific exception of the chain decides."""
    links = list(exception_chain(error))
    for explain in (_known_cause, _secure_cause, _system_cause, _general_cause):
        for one in links:
            if found := explain(one):
                return found
    return str(error) or type(error).__name__, ""


def _known_cause(one: BaseException) -> tuple[str, str] | None:
    return (str(one), "") if isinstance(one, TransportCommandError) else None


def _secure_cause(one: BaseException) -> tuple[str, str] | None:
    import socket
    import ssl

    if isinstance(one, ssl.SSLCertVerificationError):
        return f"its certificate is not valid: {one.verify_message}", ""
    if isinstance(one, ssl.SSLError):
        return "the TLS handshake failed", "to use TLS, set `DOCKER_TLS_VERIFY=1` and `DOCKER_CERT_PATH`"
    return ("unknown host name", "") if isinstance(one, socket.gaierror) else None


def _system_cause(one: BaseException) -> tuple[str, str] | None:
    return _CAUSES.get(one.errno or 0) if isinstance(one, OSError) else None


def _general_cause(one: BaseException) -> tuple[str, str] | None:
    if isinstance(one, NoAnswerError):
        return str(one), "to wait longer, set `WTC_ENGINE_TIMEOUT` to a number of seconds"
    if isinstance(one, CutShortError):
        return "the connection was closed before the response was complete", ""
    if isinstance(one, MalformedResponseError):
        return "the server's response is not valid HTTP", ""
    if isinstance(one, TimeoutError):
        return "timed out", ""
    return ("the connection was closed", "") if isinstance(one, ConnectionError) else None
