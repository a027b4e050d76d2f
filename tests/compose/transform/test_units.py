"""Parsing durations and byte sizes."""

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
def test_duration_is_formatted_as_by_go(text: str, expected: str) -> None:
    assert format_duration(parse_duration(text)) == expected


@pytest.mark.parametrize(
    "text", ["", "10", "1x", "s", ".s", "1..5s", "1 s", "1s ", "9223372036854775808ns", "300000w", "٣s"]
)
def test_invalid_duration_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match="a duration like"):
        parse_duration(text)


@given(st.integers(min_value=-(2**52), max_value=2**52))
def test_formatted_duration_parses_to_the_same_value(ns: int) -> None:
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
def test_size_units_are_powers_of_1024(text: str, expected: int) -> None:
    assert parse_bytes(text) == expected


@pytest.mark.parametrize("text", ["", "-1", "k", "1gi", "1bb", "1  GB", " 1g", "1eb", "0x10", "inf", "8192p", "1k1"])
def test_invalid_size_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match="a size like"):
        parse_bytes(text)


@given(st.text(alphabet="0123456789.kmgbinsuhd -+e", max_size=12))
def test_any_text_is_parsed_or_rejected(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert parse_bytes(text) >= 0
    with contextlib.suppress(ValueError):
        assert isinstance(parse_duration(text), int)
