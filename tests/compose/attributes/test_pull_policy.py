"""`pull_policy` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

PULL_POLICY = Attribute("pull_policy")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("always", "always"),
        ("never", "never"),
        ("missing", "missing"),
        ("if_not_present", "missing"),
        ("build", "build"),
        ("daily", "daily"),
        ("every_12h", "every_12h"),
        ("every_1w2d", "every_1w2d"),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert PULL_POLICY.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("always", "never", "never"),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert PULL_POLICY.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        (
            "sometimes",
            [
                (
                    "1:39 `pull_policy` must be `always`, `never`, `missing`, `build`, `refresh`, "
                    "`daily`, `weekly` or `every_<duration>`, not `sometimes`"
                )
            ],
        ),
        ("1", ["1:39 `pull_policy` must be a string, not a whole number"]),
        (
            "every_x",
            [
                (
                    "1:39 `pull_policy` must be `always`, `never`, `missing`, `build`, `refresh`, "
                    "`daily`, `weekly` or `every_<duration>`, not `every_x`"
                )
            ],
        ),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert PULL_POLICY.refused(written) == problems
