"""`user` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

USER = Attribute("user")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("root", "root"),
        ("'1000:1000'", "1000:1000"),
        ("'0'", "0"),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert USER.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("a", "b", "b"),
        ("a", "null", "a"),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert USER.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("1000", ["1:32 `user` must be a string, not a whole number"]),
        ("[a]", ["1:32 `user` must be a string, not a list"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert USER.refused(written) == problems
