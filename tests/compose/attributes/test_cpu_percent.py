"""`cpu_percent` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

CPU_PERCENT = Attribute("cpu_percent")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("50", 50),
        ("'12'", 12),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert CPU_PERCENT.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("1", "2", 2),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert CPU_PERCENT.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("101", ["1:39 `cpu_percent` must be at least 0 and at most 100, not 101"]),
        ("x", ["1:39 `x` is not a number"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert CPU_PERCENT.refused(written) == problems
