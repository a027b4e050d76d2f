"""`cap_drop` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

CAP_DROP = Attribute("cap_drop")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[ALL]", ["ALL"]),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert CAP_DROP.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("[A]", "[A, B]", ["A", "B"]),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert CAP_DROP.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("{A: 1}", ["1:36 `cap_drop` must be a list, not a mapping"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert CAP_DROP.refused(written) == problems
