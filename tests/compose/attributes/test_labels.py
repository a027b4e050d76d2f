"""`labels` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

LABELS = Attribute("labels")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{a: 1, b: true, c: null}", {"a": "1", "b": "true", "c": ""}),
        ("[a=1, b, c=d=e]", {"a": "1", "b": "", "c": "d=e"}),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert LABELS.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("{a: 1}", "[b=2, a=3]", {"a": "3", "b": "2"}),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert LABELS.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("a=1", ["1:34 `labels` must be a list or a mapping, not a string"]),
        ("{a: [1]}", ["1:38 `a` must be a string, a number, `true` or `false`, not a list"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert LABELS.refused(written) == problems
