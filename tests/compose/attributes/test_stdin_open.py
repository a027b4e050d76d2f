"""`stdin_open` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import ABSENT, Attribute

STDIN_OPEN = Attribute("stdin_open")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("true", True),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert STDIN_OPEN.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("true", "false", ABSENT),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert STDIN_OPEN.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("x", ["1:38 `x` is not `true` or `false`"]),
        ("[true]", ["1:38 `stdin_open` must be a string, `true` or `false`, not a list"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert STDIN_OPEN.refused(written) == problems
