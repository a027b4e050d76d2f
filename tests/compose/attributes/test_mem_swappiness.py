"""`mem_swappiness` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import ABSENT, Attribute

MEM_SWAPPINESS = Attribute("mem_swappiness")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("10", "10"),
        ("'0'", ABSENT),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert MEM_SWAPPINESS.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("1", "2", "2"),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert MEM_SWAPPINESS.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("x", ["1:42 `services.a.mem_swappiness` is `x`, expected a size such as `512m`"]),
        ("[1]", ["1:42 `mem_swappiness` must be a string or a whole number, not a list"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert MEM_SWAPPINESS.refused(written) == problems
