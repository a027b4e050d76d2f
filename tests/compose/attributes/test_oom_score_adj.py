"""`oom_score_adj` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

OOM_SCORE_ADJ = Attribute("oom_score_adj")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("-500", -500),
        ("'500'", 500),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert OOM_SCORE_ADJ.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("1", "2", 2),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert OOM_SCORE_ADJ.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("2000", ["1:41 `oom_score_adj` must be at least -1000 and at most 1000, not 2000"]),
        ("x", ["1:41 `x` is not a whole number"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert OOM_SCORE_ADJ.refused(written) == problems
