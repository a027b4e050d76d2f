"""`command` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

COMMAND = Attribute("command")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("echo 'a b' c", ["echo", "a b", "c"]),
        ("[a, 'b c']", ["a", "b c"]),
        ("echo a && echo b", ["echo", "a"]),
        ("''", []),
        ("[]", []),
        ("null", None),
        ("echo $$HOME", ["echo", "$$HOME"]),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert COMMAND.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("a b", "[c]", ["c"]),
        ("a", "null", None),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert COMMAND.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("1", ["1:35 `command` must be a string or a list, not a whole number"]),
        ("{a: b}", ["1:35 `command` must be a string or a list, not a mapping"]),
        ("'(a)'", ["1:35 `services.a.command` cannot be split into words: `(` stands outside of quotes"]),
        ('"\'a"', ["1:35 `services.a.command` cannot be split into words: a `'` is missing"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert COMMAND.refused(written) == problems
