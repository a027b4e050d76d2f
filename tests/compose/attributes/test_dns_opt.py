"""`dns_opt` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

DNS_OPT = Attribute("dns_opt")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[use-vc]", ["use-vc"]),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert DNS_OPT.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("[a]", "[b]", ["a", "b"]),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert DNS_OPT.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("use-vc", ["1:35 `dns_opt` must be a list, not a string"]),
        (
            "[1]",
            [
                "1:36 `services.a.dns_opt[0]` is a number, expected a string",
                "1:36 an item of `dns_opt` must be a string, not a whole number",
            ],
        ),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert DNS_OPT.refused(written) == problems
