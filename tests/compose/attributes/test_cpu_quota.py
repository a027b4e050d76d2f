"""`cpu_quota` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

CPU_QUOTA = Attribute("cpu_quota")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("50000", 50000),
        ("'-1'", -1),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert CPU_QUOTA.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("1", "2", 2),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert CPU_QUOTA.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("x", ["1:37 `x` is not a whole number"]),
        ("{}", ["1:37 `cpu_quota` must be a string or a number, not a mapping"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert CPU_QUOTA.refused(written) == problems
