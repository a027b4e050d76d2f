"""Decode BuildKit's progress records, the fields that a progress line needs.

Source: moby/buildkit, api/services/control/control.proto: message StatusResponse and what is in it.
"""

from collections.abc import Iterator

from wtc.dataclass import dataclass

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_LONGEST_VARINT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Vertex:
    """A step; sent again as a whole each time it changes."""

    digest: str = ""
    name: str = ""
    started: bool = False
    completed: bool = False
    cached: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The progress of a part of a step, such as a layer that is downloaded; often in bytes."""

    vertex: str = ""
    id: str = ""
    current: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """A piece of a step's output, cut anywhere."""

    vertex: str = ""
    content: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressRecord:
    """One progress record."""

    vertexes: tuple[Vertex, ...] = ()
    statuses: tuple[Status, ...] = ()
    logs: tuple[Log, ...] = ()


def decode_progress(data: bytes) -> ProgressRecord:
    """Decode a record; of a damaged record, the part before the damage."""
    inner = [(number, value) for number, value in _fields(data) if isinstance(value, bytes)]
    return ProgressRecord(
        vertexes=tuple(_vertex(value) for number, value in inner if number == 1),
        statuses=tuple(_status(value) for number, value in inner if number == 2),
        logs=tuple(_log(value) for number, value in inner if number == 3),
    )


def _vertex(data: bytes) -> Vertex:
    found = dict(_fields(data))
    return Vertex(
        digest=_text(found.get(1)),
        name=_text(found.get(3)),
        cached=bool(found.get(4)),
        started=5 in found,
        completed=6 in found,
        error=_text(found.get(7)),
    )


def _status(data: bytes) -> Status:
    found = dict(_fields(data))
    return Status(
        id=_text(found.get(1)),
        vertex=_text(found.get(2)),
        current=_number(found.get(4)),
        total=_number(found.get(5)),
    )


def _log(data: bytes) -> Log:
    found = dict(_fields(data))
    content = found.get(4)
    return Log(vertex=_text(found.get(1)), content=content if isinstance(content, bytes) else b"")


def _text(value: int | bytes | None) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else ""


def _number(value: int | bytes | None) -> int:
    return value if isinstance(value, int) else 0


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield (field number, value) in the order of the record; end at the first invalid field."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        kind = key & 7
        if kind == _VARINT:
            value, at = _varint(data, at)
            if at <= len(data):
                yield key >> 3, value
            continue
        if kind == _BYTES:
            size, at = _varint(data, at)
        elif kind in {_FIXED64, _FIXED32}:
            size = 8 if kind == _FIXED64 else 4
        else:
            return
        if at + size > len(data):
            return
        yield key >> 3, data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a number and the position after it; a position beyond the end if it is cut off or too long."""
    value = 0
    for index, byte in enumerate(data[at : at + _LONGEST_VARINT]):
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value, at + index + 1
    return value, len(data) + 1
