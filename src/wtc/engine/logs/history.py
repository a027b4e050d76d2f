"""Read a container's log. Source: Engine API, `GET /containers/{id}/logs`."""

from collections.abc import Iterator

from wtc.engine.client.json_access import get_object
from wtc.engine.client.output_stream import MULTIPLEXED, read_output, read_tail
from wtc.engine.logs.log_lines import LogLine, lines_of_frames, lines_of_terminal
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.engine.client.transport import Response


STREAM_KIND_API = (1, 42)
"""From this API version on, the response's content type shows whether stdout and stderr are multiplexed."""


class LogStream:
    """Yields (stream, content) as it arrives; any thread can end it with `close`."""

    def __init__(self, response: "Response", *, multiplexed: bool) -> None:
        self.multiplexed = multiplexed
        """Whether each content is a message of the container; a terminal's output is cut anywhere."""
        self._response = response
        self._pieces = read_output(response, multiplexed=multiplexed)

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        return self._pieces

    def close(self) -> None:
        """End the stream."""
        self._response.shutdown()


def open_log(
    engine: "Engine",
    container: str,
    *,
    tty: bool | None = None,
    follow: bool = False,
    tail: int | None = None,
    since: str = "",
    until: str = "",
    timestamps: bool = False,
) -> LogStream:
    """Open a container's log at its beginning, or at its last `tail` lines. `since`, `until`: seconds since 1970.

    `tty`: whether the container has a terminal; if known, it saves a call on an older engine.
    """
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
    if engine.api_version >= STREAM_KIND_API:
        return LogStream(response, multiplexed=response.header("Content-Type") == MULTIPLEXED)
    terminal = _has_terminal(engine, container) if tty is None else tty
    return LogStream(response, multiplexed=not terminal)


def read_lines(stream: LogStream) -> Iterator[LogLine]:
    """Yield the lines of a stream that was opened with `timestamps`."""
    yield from lines_of_frames(stream) if stream.multiplexed else lines_of_terminal(stream)


def tail_lines(engine: "Engine", container: str, lines: int, *, tty: bool | None = None) -> str:
    """Return the last lines of a container's log, both streams in order."""
    stream = open_log(engine, container, tty=tty, tail=lines)
    text = read_tail(stream).decode(errors="replace")
    return "\n".join(text.replace("\r\n", "\n").splitlines()[-lines:])


def _has_terminal(engine: "Engine", container: str) -> bool:
    inspected = engine.object(f"/containers/{container}/json", doing=f"inspect container `{container}`")
    return bool(get_object(inspected, "Config").get("Tty"))
