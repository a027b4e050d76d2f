"""Splitting the engine's log streams into lines."""

from hypothesis import given
from hypothesis import strategies as st

from wtc.engine.logs.log_lines import LONGEST_BYTES, MESSAGE_BYTES, LogLine, lines_of_frames, lines_of_terminal

T1, T2, T3 = (f"2026-11-21T03:08:29.{n:09}Z" for n in (1, 22, 333))


def message(time: str, text: bytes) -> bytes:
    return time.encode() + b" " + text


def test_message_is_a_line() -> None:
    frames = [(1, message(T1, b"to out\n")), (2, message(T2, b"to err\n")), (1, message(T3, b"\n"))]
    assert list(lines_of_frames(frames)) == [
        LogLine(1, T1, b"to out"),
        LogLine(2, T2, b"to err"),
        LogLine(1, T3, b""),
    ]


def test_line_of_several_messages_is_joined_with_the_time_of_the_first() -> None:
    long = b"x" * MESSAGE_BYTES
    frames = [(1, message(T1, long)), (1, message(T2, long)), (1, message(T3, b"end\n"))]
    assert list(lines_of_frames(frames)) == [LogLine(1, T1, long + long + b"end")]


def test_line_that_the_other_stream_interrupts_is_joined() -> None:
    frames = [(1, message(T1, b"begun ")), (2, message(T2, b"between\n")), (1, message(T3, b"ended\n"))]
    assert list(lines_of_frames(frames)) == [LogLine(2, T2, b"between"), LogLine(1, T1, b"begun ended")]


def test_last_line_without_a_line_end_is_returned() -> None:
    assert list(lines_of_frames([(1, message(T1, b"half"))])) == [LogLine(1, T1, b"half")]
    assert list(lines_of_terminal([(1, message(T1, b"half"))])) == [LogLine(1, T1, b"half")]


def test_output_without_line_ends_is_cut() -> None:
    piece = (1, message(T1, b"x" * MESSAGE_BYTES))
    lines = list(lines_of_frames([piece] * 200))
    assert sum(len(line.text) for line in lines) == 200 * MESSAGE_BYTES
    assert max(len(line.text) for line in lines) <= LONGEST_BYTES + MESSAGE_BYTES


def test_terminal_line_is_returned_without_carriage_return_and_inner_times() -> None:
    text = b"y" * (2 * MESSAGE_BYTES + 10)
    raw = b"".join(
        [
            message(T1, text[:MESSAGE_BYTES]),
            message(T2, text[MESSAGE_BYTES : 2 * MESSAGE_BYTES]),
            message(T3, text[2 * MESSAGE_BYTES :] + b"\r\n"),
            message(T3, b"next\r\n"),
        ]
    )
    assert list(lines_of_terminal([(1, raw)])) == [LogLine(1, T1, text), LogLine(1, T3, b"next")]


@given(
    st.lists(st.binary(max_size=40).map(lambda b: b.replace(b"\n", b"").rstrip(b"\r")), max_size=20),
    st.lists(st.integers(1, 30), min_size=1),
)
def test_terminal_lines_are_read_wherever_the_output_is_cut(texts: list[bytes], sizes: list[int]) -> None:
    raw = b"".join(message(T1, text + b"\r\n") for text in texts)
    chunks: list[tuple[int, bytes]] = []
    at = 0
    while at < len(raw):
        size = sizes[len(chunks) % len(sizes)]
        chunks.append((1, raw[at : at + size]))
        at += size
    assert [line.text for line in lines_of_terminal(chunks)] == texts
