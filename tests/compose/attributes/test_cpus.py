"""`cpus` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

CPUS = Attribute("cpus")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1.5", 1.5),
        ("'0.50'", 0.5),
        ("2", 2),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert CPUS.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("1", "0.1", 0.1),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert CPUS.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("x", ["1:32 `x` is not a number"]),
        ("[1]", ["1:32 `cpus` must be a string or a number, not a list"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert CPUS.refused(written) == problems
