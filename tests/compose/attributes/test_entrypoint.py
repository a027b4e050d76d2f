"""`entrypoint` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

ENTRYPOINT = Attribute("entrypoint")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("tini -- x", ["tini", "--", "x"]),
        ("[a, b]", ["a", "b"]),
        ("''", []),
        ("[]", []),
        ("null", None),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert ENTRYPOINT.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("a", "[b]", ["b"]),
        ("a", "null", None),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert ENTRYPOINT.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("1", ["1:38 `entrypoint` must be a string or a list, not a whole number"]),
        ("{}", ["1:38 `entrypoint` must be a string or a list, not a mapping"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert ENTRYPOINT.refused(written) == problems
