"""`cpu_rt_period` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

CPU_RT_PERIOD = Attribute("cpu_rt_period")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1000", 1000),
        ("'2000'", 2000),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert CPU_RT_PERIOD.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("1", "2", 2),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert CPU_RT_PERIOD.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("x", ["1:41 `x` is not a whole number"]),
        ("[1]", ["1:41 `cpu_rt_period` must be a string or a number, not a list"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert CPU_RT_PERIOD.refused(written) == problems
