"""`cap_add` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

CAP_ADD = Attribute("cap_add")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[NET_ADMIN, SYS_PTRACE]", ["NET_ADMIN", "SYS_PTRACE"]),
        ("[all]", ["all"]),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert CAP_ADD.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("[A, B]", "[B, C]", ["A", "B", "C"]),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert CAP_ADD.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("NET_ADMIN", ["1:35 `cap_add` must be a list, not a string"]),
        (
            "[1]",
            [
                "1:36 `services.a.cap_add[0]` is a number, expected a string",
                "1:36 an item of `cap_add` must be a string, not a whole number",
            ],
        ),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert CAP_ADD.refused(written) == problems
