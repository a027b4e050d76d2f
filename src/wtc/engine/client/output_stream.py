"""Read streamed output of containers and commands, and end such a stream.

Source: Engine API, `POST /containers/{id}/attach`, "Stream format".
"""

import contextlib
from collections.abc import Iterable, Iterator

from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.transport import Response

STDIN, STDOUT, STDERR = 0, 1, 2
HEADER_BYTES = 8
TAIL_BYTES = 1 << 20
FRAME_LIMIT_BYTES = 1 << 20
"""Larger frames, which no engine sends, are cut into several."""
MULTIPLEXED = "application/vnd.docker.multiplexed-stream"


def read_frames(chunks: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield (stream, content) of each frame. If the stream ends within a frame, yield the part that arrived."""
    buffer = bytearray()
    for chunk in chunks:
        buffer += chunk
        while len(buffer) >= HEADER_BYTES:
            end = HEADER_BYTES + int.from_bytes(buffer[4:HEADER_BYTES], "big")
            if end - HEADER_BYTES > FRAME_LIMIT_BYTES <= len(buffer) - HEADER_BYTES:
                yield buffer[0], bytes(buffer[HEADER_BYTES : HEADER_BYTES + FRAME_LIMIT_BYTES])
                del buffer[HEADER_BYTES : HEADER_BYTES + FRAME_LIMIT_BYTES]
                buffer[4:HEADER_BYTES] = (end - HEADER_BYTES - FRAME_LIMIT_BYTES).to_bytes(4, "big")
                continue
            if len(buffer) < end:
                break
            yield buffer[0], bytes(buffer[HEADER_BYTES:end])
            del buffer[:end]
    if len(buffer) > HEADER_BYTES:
        yield buffer[0], bytes(buffer[HEADER_BYTES:])


def read_output(response: "Response", *, multiplexed: bool) -> Iterator[tuple[int, bytes]]:
    """Yield (stream, content) as it arrives; a terminal has one stream, stdout."""
    chunks = read_available(response)
    return read_frames(chunks) if multiplexed else ((STDOUT, chunk) for chunk in chunks)


def read_tail(frames: Iterable[tuple[int, bytes]]) -> bytes:
    """Read all output, and return its last MiB."""
    tail = bytearray()
    for _, content in frames:
        tail += content
        if len(tail) > 2 * TAIL_BYTES:
            del tail[:-TAIL_BYTES]
    return bytes(tail[-TAIL_BYTES:])


def read_available(response: "Response") -> Iterator[bytes]:
    """Yield data as it arrives, without waiting for a full chunk."""
    with contextlib.closing(response):
        yield from response
