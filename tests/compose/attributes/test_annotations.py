"""`annotations` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

ANNOTATIONS = Attribute("annotations")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{a: 1, b: true, c: x}", {"a": "1", "b": "true", "c": "x"}),
        ("[a=1, 'b=x=y', c]", {"a": "1", "b": "x=y", "c": ""}),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert ANNOTATIONS.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("{a: 1, b: 2}", "[b=3, c=4]", {"a": "1", "b": "3", "c": "4"}),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert ANNOTATIONS.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("x", ["1:39 `annotations` must be a list or a mapping, not a string"]),
        ("{a: [1]}", ["1:43 `a` must be a string, a number, `true` or `false`, not a list"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert ANNOTATIONS.refused(written) == problems
