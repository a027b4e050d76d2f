"""Reading what the engine sends bit by bit: output of containers and commands, and how to end such a stream.

Source: Engine API, `POST /containers/{id}/attach`, "Stream format".
"""

import contextlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from requests import Response

STDIN, STDOUT, STDERR = 0, 1, 2
HEADER_BYTES = 8
MULTIPLEXED = "application/vnd.docker.multiplexed-stream"
CHUNK_BYTES = 64 * 1024


def read_frames(chunks: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """(stream, content) of each frame. A stream that breaks off within a frame yields what came of it."""
    buffer = bytearray()
    for chunk in chunks:
        buffer += chunk
        while len(buffer) >= HEADER_BYTES:
            end = HEADER_BYTES + int.from_bytes(buffer[4:HEADER_BYTES], "big")
            if len(buffer) < end:
                break
            yield buffer[0], bytes(buffer[HEADER_BYTES:end])
            del buffer[:end]
    if len(buffer) > HEADER_BYTES:
        yield buffer[0], bytes(buffer[HEADER_BYTES:])


def read_output(response: "Response", *, multiplexed: bool) -> Iterator[tuple[int, bytes]]:
    """(stream, content) as it comes; a terminal's is all one."""
    chunks = read_available(response)
    return read_frames(chunks) if multiplexed else ((STDOUT, chunk) for chunk in chunks)


def read_available(response: "Response") -> Iterator[bytes]:
    """Whatever has arrived, without waiting for more."""
    with contextlib.closing(response):
        while chunk := response.raw.read1(CHUNK_BYTES):
            yield chunk


def shut_stream(response: "Response") -> None:
    """Ends a stream that another thread is reading from: its read returns at once."""
    # Closing would wait for that very read.
    with contextlib.suppress(OSError, ValueError, RuntimeError, AttributeError):
        response.raw.shutdown()
