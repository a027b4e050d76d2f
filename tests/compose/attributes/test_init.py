"""`init` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

INIT = Attribute("init")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("true", True),
        ("'yes'", True),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert INIT.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("true", "false", False),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert INIT.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("1.5", ["1:32 `init` must be a string, `true` or `false`, not a number"]),
        ("[true]", ["1:32 `init` must be a string, `true` or `false`, not a list"]),
        ("x", ["1:32 `x` is not `true` or `false`"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert INIT.refused(written) == problems
