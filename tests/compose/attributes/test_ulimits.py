"""`ulimits` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

ULIMITS = Attribute("ulimits")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{nofile: 1024}", {"nofile": 1024}),
        ("{nofile: {soft: 1, hard: 2}, nproc: '3'}", {"nofile": {"soft": 1, "hard": 2}, "nproc": 3}),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert ULIMITS.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("{nofile: 1}", "{nofile: {soft: 1, hard: 2}}", {"nofile": {"soft": 1, "hard": 2}}),
        ("{nofile: 1}", "{nproc: 2}", {"nofile": 1, "nproc": 2}),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert ULIMITS.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("x", ["1:35 `ulimits` must be a mapping, not a string"]),
        ("{nofile: {soft: 1}}", ["1:44 `nofile` needs the attribute `hard`"]),
        ("{nofile: x}", ["1:44 `x` is not a whole number"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert ULIMITS.refused(written) == problems
