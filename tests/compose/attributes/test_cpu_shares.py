"""`cpu_shares` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

CPU_SHARES = Attribute("cpu_shares")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("512", 512),
        ("'73'", 73),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert CPU_SHARES.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("1", "2", 2),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert CPU_SHARES.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("x", ["1:38 `x` is not a whole number"]),
        ("[1]", ["1:38 `cpu_shares` must be a string or a number, not a list"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert CPU_SHARES.refused(written) == problems
