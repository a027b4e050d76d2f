"""Resolving unquoted scalars, and printing numbers."""

import pytest

from wtc.compose.source.scalars import Timestamp, Value, go_float, resolve_plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *[
            (word, word)
            for word in ("yes", "no", "on", "off", "y", "n", "tRUE", "nULL", "=", "<<", ".", "+", "0x", "1e")
        ],
        *[(word, word) for word in ("22:22", "1:30", "0o8", "0b2", "0x1p4", "1e999", "_1", "2020-13-01", "2021-02-29")],
        *[(word, None) for word in ("", "~", "null", "Null", "NULL")],
        *[("true", True), ("FALSE", False)],
        *[
            ("010", 8),
            ("0o10", 8),
            ("0x10", 16),
            ("-0b11", -3),
            ("1_000", 1000),
            ("+12", 12),
            ("-012", -10),
            ("07_7", 63),
        ],
        *[("09", 9.0), ("1e3", 1000.0), ("1.", 1.0), (".5", 0.5), ("-.5", -0.5), ("1_000.5", 1000.5), ("09.5", 9.5)],
        *[(".inf", float("inf")), ("-.INF", float("-inf"))],
        *[("18446744073709551615", 18446744073709551615), ("18446744073709551616", 18446744073709551616.0)],
    ],
)
def test_unquoted_scalar_is_resolved_as_by_go_yaml(text: str, expected: Value) -> None:
    value = resolve_plain(text)
    assert (value, type(value)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-01-01", "2020-01-01T00:00:00Z"),
        ("2020-1-1 1:2:3", "2020-01-01T01:02:03Z"),
        ("2020-02-29t10:20:30.50+02:00", "2020-02-29T10:20:30.5+02:00"),
    ],
)
def test_unquoted_date_is_not_a_string(text: str, expected: str) -> None:
    value = resolve_plain(text)
    assert type(value) is Timestamp
    assert value == expected


def test_number_with_many_digits_is_parsed_quickly() -> None:
    assert resolve_plain("9" * 100_000) == "9" * 100_000


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1.0, "1"),
        (1.10, "1.1"),
        (100000.0, "100000"),
        (1000000.0, "1e+06"),
        (1234567.5, "1.2345675e+06"),
        (123456789.0, "1.23456789e+08"),
        (0.0001, "0.0001"),
        (0.00001, "1e-05"),
        (0.00012, "0.00012"),
        (1e20, "1e+20"),
        (123456.5, "123456.5"),
        (0.0, "0"),
        (-0.0, "-0"),
        (-2.5, "-2.5"),
        (float("inf"), "+Inf"),
        (float("-inf"), "-Inf"),
        (float("nan"), "NaN"),
    ],
)
def test_float_is_formatted_as_by_go(value: float, expected: str) -> None:
    assert go_float(value) == expected
