"""`memswap_limit` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

MEMSWAP_LIMIT = Attribute("memswap_limit")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2g", "2147483648"),
        ("-1", "-1"),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert MEMSWAP_LIMIT.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("1g", "2g", "2147483648"),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert MEMSWAP_LIMIT.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("much", ["1:41 `services.a.memswap_limit` is `much`, expected a size such as `512m`"]),
        ("[1]", ["1:41 `memswap_limit` must be a string or a number, not a list"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert MEMSWAP_LIMIT.refused(written) == problems
