"""`group_add` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

GROUP_ADD = Attribute("group_add")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[mail, 1001]", ["mail", "1001"]),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert GROUP_ADD.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("[a]", "[b]", ["a", "b"]),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert GROUP_ADD.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("mail", ["1:37 `group_add` must be a list, not a string"]),
        ("[a, a]", ["1:41 `group_add` lists one thing twice"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert GROUP_ADD.refused(written) == problems
