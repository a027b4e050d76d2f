"""The times of `--since` and `--until`."""

from datetime import datetime

import pytest

from wtc.cli.values.timestamps import parse_timestamp
from wtc.errors import UsageError

NOW = 1_000_000.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("1763690909", "1763690909"),
        ("1763690909.000000005", "1763690909.000000005"),
        ("0s", "1000000.000000000"),
        ("42m", "997480.000000000"),
        ("1h30m", "994600.000000000"),
        ("1.5h", "994600.000000000"),
        ("500ms", "999999.500000000"),
        ("1970-01-01T00:00:10Z", "10.000000000"),
        ("1970-01-01T01:00:10.5+01:00", "10.500000000"),
    ],
)
def test_time_is_converted_to_seconds(text: str, expected: str) -> None:
    assert parse_timestamp("--since", text, NOW) == expected


@pytest.mark.parametrize("text", ["2026-01-02T13:23:37", "2026-01-02"])
def test_time_without_a_zone_is_local(text: str) -> None:
    assert float(parse_timestamp("--since", text, NOW)) == datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize("text", ["yesterday", "10 m", "m", "1h30", "2026-13-01", "1h,5m"])
def test_invalid_time_is_an_error(text: str) -> None:
    with pytest.raises(UsageError, match="`--until` is"):
        parse_timestamp("--until", text, NOW)
