"""`profiles` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import ABSENT, Attribute

PROFILES = Attribute("profiles")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[]", ABSENT),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert PROFILES.printed(written) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("x", ["1:36 `profiles` must be a list, not a string"]),
        (
            "[1]",
            [
                "1:37 `services.a.profiles[0]` is a number, expected a string",
                "1:37 an item of `profiles` must be a string, not a whole number",
            ],
        ),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert PROFILES.refused(written) == problems
