"""`links` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

LINKS = Attribute("links")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[b]", ["b"]),
        ("['b:alias']", ["b:alias"]),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert LINKS.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("[b]", "['b:c']", ["b", "b:c"]),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert LINKS.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("b", ["1:33 `links` must be a list, not a string"]),
        ("[zz]", ["1:34 service `a` depends on `zz`, which is not defined"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert LINKS.refused(written) == problems
