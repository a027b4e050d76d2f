"""`privileged` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import ABSENT, Attribute

PRIVILEGED = Attribute("privileged")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("true", True),
        ("'true'", True),
        ("on", True),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert PRIVILEGED.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("true", "false", ABSENT),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert PRIVILEGED.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("x", ["1:38 `x` is not `true` or `false`"]),
        ("1.5", ["1:38 `privileged` must be a string, `true` or `false`, not a number"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert PRIVILEGED.refused(written) == problems
