"""Split the engine's log streams into lines with times.

With `timestamps=1` the engine writes a time of fixed width before each of its messages. A line of more than 16 KiB
is split into several messages, so it contains more times: at the beginning of a frame or, for a terminal, which has no
frames, after each 16 KiB. Source: Engine API, `GET /containers/{id}/logs`; moby, daemon/logger/copier.go.
"""

import re
from collections.abc import Iterable, Iterator

from wtc.static_typing import NamedTuple

MESSAGE_BYTES = 16 * 1024
LONGEST_BYTES = 1024 * 1024
"""Longer lines are cut, to limit the memory that output without line ends needs."""
_STAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}(?:Z|[+-]\d\d:\d\d) ")
_STAMP_BYTES = len("2006-01-02T15:04:05.000000000Z ")


class LogLine(NamedTuple):
    """A line without its line end. `time` is RFC 3339 with nanoseconds, so times sort as text."""

    stream: int
    time: str
    text: bytes


def lines_of_frames(frames: Iterable[tuple[int, bytes]]) -> Iterator[LogLine]:
    """Yield lines from (stream, message) with times, for a container without a terminal."""
    pending: dict[int, tuple[str, bytearray]] = {}
    for stream, message in frames:
        stamp, _, text = message.partition(b" ")
        earlier = pending.pop(stream, None)
        if earlier is None and text.endswith(b"\n"):
            yield LogLine(stream, stamp.decode(errors="replace"), text[:-1])
            continue
        time, line = earlier or (stamp.decode(errors="replace"), bytearray())
        line += text
        if line.endswith(b"\n") or len(line) >= LONGEST_BYTES:
            yield LogLine(stream, time, bytes(line.removesuffix(b"\n")))
        else:
            pending[stream] = (time, line)
    for stream, (time, line) in pending.items():
        yield LogLine(stream, time, bytes(line))


def lines_of_terminal(chunks: Iterable[tuple[int, bytes]]) -> Iterator[LogLine]:
    """Yield lines from (stream, bytes cut anywhere) with times, for a container with a terminal."""
    stream, buffer = 1, bytearray()
    for at, chunk in chunks:
        stream = at
        searched = max(len(buffer) - 1, 0)
        buffer += chunk
        while (end := buffer.find(b"\n", searched)) >= 0 or len(buffer) >= LONGEST_BYTES:
            end = end if end >= 0 else len(buffer)
            yield _terminal_line(stream, bytes(buffer[:end]))
            del buffer[: end + 1]
            searched = 0
    if buffer:
        yield _terminal_line(stream, bytes(buffer))


def _terminal_line(stream: int, raw: bytes) -> LogLine:
    if not _STAMP.match(raw):
        return LogLine(stream, "", raw.removesuffix(b"\r"))
    time, rest = raw[: _STAMP_BYTES - 1].decode(), raw[_STAMP_BYTES:]
    parts = [rest[:MESSAGE_BYTES]]
    rest = rest[MESSAGE_BYTES:]
    while rest:
        if _STAMP.match(rest):
            rest = rest[_STAMP_BYTES:]
        parts.append(rest[:MESSAGE_BYTES])
        rest = rest[MESSAGE_BYTES:]
    return LogLine(stream, time, b"".join(parts).removesuffix(b"\r"))
