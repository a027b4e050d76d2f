"""`restart` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

RESTART = Attribute("restart")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("always", "always"),
        ("unless-stopped", "unless-stopped"),
        ("'on-failure:3'", "on-failure:3"),
        ("no", "no"),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert RESTART.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("always", "no", "no"),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert RESTART.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("1", ["1:35 `restart` must be a string, not a whole number"]),
        ("[a]", ["1:35 `restart` must be a string, not a list"]),
        ("true", ["1:35 `restart` must be a string, not a boolean"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert RESTART.refused(written) == problems
