"""`cpuset` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

CPUSET = Attribute("cpuset")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("0-1", "0-1"),
        ("'0,1'", "0,1"),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert CPUSET.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("'0'", "'1'", "1"),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert CPUSET.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("0", ["1:34 `cpuset` must be a string, not a whole number"]),
        ("[0]", ["1:34 `cpuset` must be a string, not a list"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert CPUSET.refused(written) == problems
