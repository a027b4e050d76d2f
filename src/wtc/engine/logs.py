"""What containers have written. Source: Engine API, `GET /containers/{id}/logs`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wtc.engine.streams import cut, output

if TYPE_CHECKING:
    from requests import Response

    from wtc.engine.connection import Engine


class LogStream:
    """(stream, content) as it comes; `close` ends it from any thread."""

    def __init__(self, response: "Response", *, tty: bool) -> None:
        self._response = response
        self._pieces = output(response, tty=tty)

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        return self._pieces

    def close(self) -> None:
        """Ends the stream."""
        cut(self._response)


def logs(
    engine: "Engine",
    container: str,
    *,
    tty: bool = False,
    follow: bool = False,
    tail: int | None = None,
    since: str = "",
    until: str = "",
    timestamps: bool = False,
) -> LogStream:
    """A container's output, from its beginning or its last `tail` lines on. `since`, `until`: seconds since 1970."""
    params: dict[str, str | int] = {
        "stdout": 1,
        "stderr": 1,
        "follow": int(follow),
        "tail": "all" if tail is None else tail,
        "timestamps": int(timestamps),
        **({"since": since} if since else {}),
        **({"until": until} if until else {}),
    }
    response = engine.call(
        "GET", f"/containers/{container}/logs", doing=f"read the logs of `{container}`", params=params, stream=True
    )
    return LogStream(response, tty=tty)


def tail(engine: "Engine", container: str, lines: int, *, tty: bool = False) -> str:
    """The last lines of a container, both streams as they came."""
    stream = logs(engine, container, tty=tty, tail=lines)
    with engine.mapping(f"read the logs of `{container}`"):
        text = b"".join(content for _, content in stream).decode(errors="replace")
    return "\n".join(text.replace("\r\n", "\n").splitlines()[-lines:])
