"""`storage_opt` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

STORAGE_OPT = Attribute("storage_opt")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{size: 1G}", {"size": "1G"}),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert STORAGE_OPT.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("{size: 1G}", "{size: 2G}", {"size": "2G"}),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert STORAGE_OPT.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("x", ["1:39 `storage_opt` must be a mapping, not a string"]),
        ("[a=b]", ["1:39 `storage_opt` must be a mapping, not a list"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert STORAGE_OPT.refused(written) == problems
