"""The requests of a command, and what `floor.py` needs to send them again. Pure."""

import marshal
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request and its answer."""

    connection: int
    """The number of its connection: requests of one connection follow each other."""
    method: str
    path: str
    request: bytes
    """The whole request: line, headers and body."""
    status: int
    created: str
    """The id in the answer to a POST, or ""."""
    has_stream: bool
    """Whether the connection carries a stream after the answer."""
    begin_s: float
    end_s: float


def floor_recording(calls: Sequence[Call]) -> bytes:
    """The input of `floor.py`: the requests of each connection, and how many answers each request waits for.

    A request waits for all answers that had come when it was sent.
    """
    answered = sorted(calls, key=lambda call: call.end_s)
    lanes: dict[int, list[tuple[object, ...]]] = {}
    for number, call in sorted(enumerate(answered), key=lambda item: item[1].begin_s):
        after = sum(other.end_s <= call.begin_s for other in answered)
        created = call.created.encode()
        entry = (number, after, call.request, call.status, created, call.has_stream)
        lanes.setdefault(call.connection, []).append(entry)
    return marshal.dumps(list(lanes.values()))
