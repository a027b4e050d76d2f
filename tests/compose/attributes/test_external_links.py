"""`external_links` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

EXTERNAL_LINKS = Attribute("external_links")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[x, 'y:z']", ["x", "y:z"]),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert EXTERNAL_LINKS.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("[x]", "[y]", ["x", "y"]),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert EXTERNAL_LINKS.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("x", ["1:42 `external_links` must be a list, not a string"]),
        ("[x, x]", ["1:46 `external_links` lists one thing twice"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert EXTERNAL_LINKS.refused(written) == problems
