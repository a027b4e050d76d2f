"""`container_name` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

CONTAINER_NAME = Attribute("container_name")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("one", "one"),
        ("One_2.x-y", "One_2.x-y"),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert CONTAINER_NAME.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("one", "two", "two"),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert CONTAINER_NAME.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("a b", [("1:42 `container_name` must be a name of two or more letters, digits, `_`, `.` and `-`, not `a b`")]),
        ("-x", [("1:42 `container_name` must be a name of two or more letters, digits, `_`, `.` and `-`, not `-x`")]),
        ("x", [("1:42 `container_name` must be a name of two or more letters, digits, `_`, `.` and `-`, not `x`")]),
        ("[a]", ["1:42 `container_name` must be a string, not a list"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert CONTAINER_NAME.refused(written) == problems
