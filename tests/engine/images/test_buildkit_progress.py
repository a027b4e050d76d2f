"""Decoding of BuildKit's progress records."""

from hypothesis import given
from hypothesis import strategies as st

from wtc.engine.images.buildkit_progress import Log, ProgressRecord, Status, Vertex, decode_progress


def varint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def block(field: int, value: bytes | str) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(data)) + data


TIME = number(1, 1_795_222_735) + number(2, 500)
VERTEX = block(1, "sha256:1") + block(2, "sha256:0") + block(3, "[2/2] RUN x")
STATUS = block(1, "exporting layers") + block(2, "sha256:1") + number(4, 300) + number(5, 70_000) + block(6, TIME)
LOG = block(1, "sha256:1") + block(2, TIME) + number(3, 1) + block(4, b"hi\n")


def test_waiting_step_is_not_started() -> None:
    assert decode_progress(block(1, VERTEX)) == ProgressRecord(
        vertexes=(Vertex(digest="sha256:1", name="[2/2] RUN x"),)
    )


def test_step_is_read_with_its_times_and_its_error() -> None:
    record = block(1, VERTEX + block(5, TIME) + block(6, TIME) + block(7, "exit code: 3") + block(8, b"\x0a\x00"))
    assert decode_progress(record).vertexes == (
        Vertex(digest="sha256:1", name="[2/2] RUN x", started=True, completed=True, error="exit code: 3"),
    )


def test_cached_step_is_decoded() -> None:
    assert decode_progress(block(1, VERTEX + number(4, 1))).vertexes[0].cached


def test_all_parts_of_a_record_are_read_in_order() -> None:
    trace = decode_progress(block(1, VERTEX) + block(2, STATUS) + block(3, LOG) + block(3, block(4, b"\xff")))
    assert len(trace.vertexes) == 1
    assert trace.statuses == (Status(vertex="sha256:1", id="exporting layers", current=300, total=70_000),)
    assert trace.logs == (Log(vertex="sha256:1", content=b"hi\n"), Log(content=b"\xff"))


def test_unknown_fields_are_skipped() -> None:
    fixed = varint(90 << 3 | 1) + bytes(8) + varint(91 << 3 | 5) + bytes(4) + number(92, 2**63)
    assert decode_progress(fixed + block(99, b"x") + block(3, fixed + LOG)).logs == (
        Log(vertex="sha256:1", content=b"hi\n"),
    )


def test_damaged_record_is_decoded_up_to_the_damage() -> None:
    whole = block(3, LOG)
    assert decode_progress(whole + block(1, VERTEX)[:-3]) == ProgressRecord(
        logs=(Log(vertex="sha256:1", content=b"hi\n"),)
    )
    assert decode_progress(whole + b"\x0b" + whole) == decode_progress(whole)


@given(st.binary(max_size=200))
def test_junk_never_raises(data: bytes) -> None:
    assert isinstance(decode_progress(data), ProgressRecord)


@given(st.integers(0, 200), st.binary(max_size=3))
def test_truncated_or_damaged_record_never_raises(at: int, junk: bytes) -> None:
    record = block(1, VERTEX + block(5, TIME)) + block(2, STATUS) + block(3, LOG)
    assert isinstance(decode_progress(record[:at] + junk + record[at + len(junk) :]), ProgressRecord)


@given(st.integers(0, 2**63), st.integers(0, 2**63))
def test_numbers_are_decoded(current: int, total: int) -> None:
    assert decode_progress(block(2, number(4, current) + number(5, total))).statuses == (
        Status(current=current, total=total),
    )
