"""Durations and byte sizes."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wtc.compose.transform.units import format_duration, parse_bytes, parse_duration


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", "1m30s"),
        ("1w2d", "216h0m0s"),
        ("1500ms", "1.5s"),
        ("1.5h", "1h30m0s"),
        (".5s", "500ms"),
        ("1500ns", "1.5µs"),
        ("1us", "1µs"),
        ("100ms", "100ms"),
        ("0", "0s"),
        ("-1s", "-1s"),
        ("2h1ns", "2h0m0.000000001s"),
        ("3.9999999999999999999s", "4s"),
    ],
)
def test_a_duration_prints_as_go_prints_it(text: str, expected: str) -> None:
    assert format_duration(parse_duration(text)) == expected


@pytest.mark.parametrize(
    "text", ["", "10", "1x", "s", ".s", "1..5s", "1 s", "1s ", "9223372036854775808ns", "300000w", "٣s"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a duration like"):
        parse_duration(text)


@given(st.integers(min_value=-(2**52), max_value=2**52))
def test_a_printed_duration_reads_as_itself(ns: int) -> None:
    assert parse_duration(format_duration(ns)) == ns


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("1", 1),
        ("10kB", 10240),
        ("1 GB", 1 << 30),
        ("1gib", 1 << 30),
        ("1.5g", 1610612736),
        ("512m", 512 << 20),
        ("1e3k", 1024000),
        ("7b", 7),
        (".5k", 512),
        ("1T", 1 << 40),
        ("2p", 2 << 50),
        ("0x1p4", 16),
    ],
)
def test_a_size_is_counted_in_powers_of_1024(text: str, expected: int) -> None:
    assert parse_bytes(text) == expected


@pytest.mark.parametrize("text", ["", "-1", "k", "1gi", "1bb", "1  GB", " 1g", "1eb", "0x10", "inf", "8192p", "1k1"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a size like"):
        parse_bytes(text)


@given(st.text(alphabet="0123456789.kmgbinsuhd -+e", max_size=12))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert parse_bytes(text) >= 0
    with contextlib.suppress(ValueError):
        assert isinstance(parse_duration(text), int)
