"""`mem_reservation` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

MEM_RESERVATION = Attribute("mem_reservation")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("64m", "67108864"),
        ("1024", "1024"),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert MEM_RESERVATION.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("1g", "2g", "2147483648"),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert MEM_RESERVATION.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("much", ["1:43 `services.a.mem_reservation` is `much`, expected a size such as `512m`"]),
        ("1.5", ["1:43 `mem_reservation` must be a string or a whole number, not a number"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert MEM_RESERVATION.refused(written) == problems
