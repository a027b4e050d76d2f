"""`healthcheck` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

HEALTHCHECK = Attribute("healthcheck")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{test: curl x}", {"test": ["CMD-SHELL", "curl x"]}),
        (
            ("{test: [CMD, a, b], interval: 1m30s, timeout: 5s, retries: 3, start_period: 1h, start_interval: 500ms}"),
            {
                "test": ["CMD", "a", "b"],
                "timeout": "5s",
                "interval": "1m30s",
                "retries": 3,
                "start_period": "1h0m0s",
                "start_interval": "500ms",
            },
        ),
        ("{disable: true}", {"disable": True}),
        ("{test: [NONE]}", {"test": ["NONE"]}),
        ("{interval: 1d}", {"interval": "24h0m0s"}),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert HEALTHCHECK.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("{test: a, retries: 1}", "{test: [CMD, b]}", {"test": ["CMD", "b"], "retries": 1}),
        ("{interval: 1s}", "{interval: 2s, timeout: 1s}", {"timeout": "1s", "interval": "2s"}),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert HEALTHCHECK.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("x", ["1:39 `healthcheck` must be a mapping, not a string"]),
        ("{test: 1}", ["1:46 `test` must be a string or a list, not a whole number"]),
        ("{tests: x}", ["1:40 `healthcheck` has no attribute `tests`"]),
        ("{interval: soon}", ["1:50 `services.a.healthcheck.interval` is `soon`, expected a duration such as `1m30s`"]),
        ("{retries: x}", ["1:49 `x` is not a whole number"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert HEALTHCHECK.refused(written) == problems
