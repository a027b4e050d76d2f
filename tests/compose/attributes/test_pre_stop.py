"""`pre_stop` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

PRE_STOP = Attribute("pre_stop")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[{command: a b}]", [{"command": ["a", "b"]}]),
        ("[{command: [a], environment: {A: 1}}]", [{"command": ["a"], "environment": {"A": "1"}}]),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert PRE_STOP.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("[{command: a}]", "[{command: b}]", [{"command": ["a"]}, {"command": ["b"]}]),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert PRE_STOP.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("[{}]", ["1:37 an item of `pre_stop` needs the attribute `command`"]),
        ("[a]", ["1:37 an item of `pre_stop` must be a mapping, not a string"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert PRE_STOP.refused(written) == problems
