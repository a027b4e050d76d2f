"""`stop_grace_period` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

STOP_GRACE_PERIOD = Attribute("stop_grace_period")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1m30s", "1m30s"),
        ("10s", "10s"),
        ("1d", "24h0m0s"),
        ("500ms", "500ms"),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert STOP_GRACE_PERIOD.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("1s", "2s", "2s"),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert STOP_GRACE_PERIOD.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("soon", ["1:45 `services.a.stop_grace_period` is `soon`, expected a duration such as `1m30s`"]),
        ("10", ["1:45 `stop_grace_period` must be a string, not a whole number"]),
        ("[1s]", ["1:45 `stop_grace_period` must be a string, not a list"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert STOP_GRACE_PERIOD.refused(written) == problems
