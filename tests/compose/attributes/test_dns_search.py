"""`dns_search` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

DNS_SEARCH = Attribute("dns_search")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("example.org", ["example.org"]),
        ("[a.org, b.org]", ["a.org", "b.org"]),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert DNS_SEARCH.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("a", "[b, a]", ["a", "b"]),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert DNS_SEARCH.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("1", ["1:38 `dns_search` must be a string or a list, not a whole number"]),
        ("{}", ["1:38 `dns_search` must be a string or a list, not a mapping"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert DNS_SEARCH.refused(written) == problems
