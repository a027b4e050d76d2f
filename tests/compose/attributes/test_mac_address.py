"""`mac_address` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

MAC_ADDRESS = Attribute("mac_address")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("02:42:ac:11:00:02", "02:42:ac:11:00:02"),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert MAC_ADDRESS.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("a", "b", "b"),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert MAC_ADDRESS.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("1", ["1:39 `mac_address` must be a string, not a whole number"]),
        ("[a]", ["1:39 `mac_address` must be a string, not a list"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert MAC_ADDRESS.refused(written) == problems
