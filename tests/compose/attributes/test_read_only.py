"""`read_only` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import ABSENT, Attribute

READ_ONLY = Attribute("read_only")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("true", True),
        ("'no'", ABSENT),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert READ_ONLY.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("true", "false", ABSENT),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert READ_ONLY.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("x", ["1:37 `x` is not `true` or `false`"]),
        ("[]", ["1:37 `read_only` must be a string, `true` or `false`, not a list"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert READ_ONLY.refused(written) == problems
