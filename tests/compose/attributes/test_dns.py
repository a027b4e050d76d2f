"""`dns` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

DNS = Attribute("dns")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("9.9.9.9", ["9.9.9.9"]),
        ("[1.1.1.1, 9.9.9.9]", ["1.1.1.1", "9.9.9.9"]),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert DNS.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("1.1.1.1", "[9.9.9.9]", ["1.1.1.1", "9.9.9.9"]),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert DNS.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("1", ["1:31 `dns` must be a string or a list, not a whole number"]),
        ("{a: b}", ["1:31 `dns` must be a string or a list, not a mapping"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert DNS.refused(written) == problems
