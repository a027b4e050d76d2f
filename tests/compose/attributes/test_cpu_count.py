"""`cpu_count` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

CPU_COUNT = Attribute("cpu_count")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2", 2),
        ("'3'", 3),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert CPU_COUNT.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("1", "2", 2),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert CPU_COUNT.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("x", ["1:37 `x` is not a whole number"]),
        ("-1", ["1:37 `cpu_count` must be at least 0, not -1"]),
        ("[1]", ["1:37 `cpu_count` must be a string or a whole number, not a list"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert CPU_COUNT.refused(written) == problems
