"""`environment` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

ENVIRONMENT = Attribute("environment")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            "{A: 1, B: true, C: 1.50, D: 'x', E: null, F: 010}",
            {"A": "1", "B": "true", "C": "1.5", "D": "x", "E": None, "F": "8"},
        ),
        ("[A=1, B=x=y, C, 'D=']", {"A": "1", "B": "x=y", "C": None, "D": ""}),
        ("{A: '${HOME}', B: $$x}", {"A": "/home/me", "B": "$$x"}),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert ENVIRONMENT.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("{A: 1}", "[B=2, A=3]", {"A": "3", "B": "2"}),
        ("[A=1]", "{A: null}", {"A": None}),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert ENVIRONMENT.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("A=1", ["1:39 `environment` must be a list or a mapping, not a string"]),
        ("{A: [1]}", ["1:43 `A` must be a string, a number, `true` or `false`, not a list"]),
        ("{1: a}", ["1:40 a key must be a string, not `1`"]),
        ("{A: 2020-01-01}", ["1:43 `A` must be a string, a number, `true` or `false`, not a date"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert ENVIRONMENT.refused(written) == problems
