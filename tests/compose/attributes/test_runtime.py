"""`runtime` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

RUNTIME = Attribute("runtime")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("runc", "runc"),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert RUNTIME.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("a", "b", "b"),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert RUNTIME.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("1", ["1:35 `runtime` must be a string, not a whole number"]),
        ("[a]", ["1:35 `runtime` must be a string, not a list"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert RUNTIME.refused(written) == problems
