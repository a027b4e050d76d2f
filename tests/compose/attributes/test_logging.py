"""`logging` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

LOGGING = Attribute("logging")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            "{driver: json-file, options: {max-size: 10m, max-file: 3}}",
            {"driver": "json-file", "options": {"max-file": "3", "max-size": "10m"}},
        ),
        ("{options: {a: null}}", {"options": {"a": ""}}),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert LOGGING.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("{driver: a, options: {x: 1}}", "{driver: b}", {"driver": "b"}),
        ("{driver: a, options: {x: 1}}", "{options: {y: 2}}", {"driver": "a", "options": {"x": "1", "y": "2"}}),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert LOGGING.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("x", ["1:35 `logging` must be a mapping, not a string"]),
        ("{drivr: a}", ["1:36 `logging` has no attribute `drivr`"]),
        ("{options: [a]}", ["1:45 `options` must be a mapping, not a list"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert LOGGING.refused(written) == problems
