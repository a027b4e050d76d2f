"""`gpus` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

GPUS = Attribute("gpus")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("all", [{"count": -1}]),
        ("[{driver: d, count: 2}]", [{"driver": "d", "count": 2}]),
        (
            "[{device_ids: ['1'], capabilities: [gpu], options: {a: b}}]",
            [{"capabilities": ["gpu"], "device_ids": ["1"], "options": {"a": "b"}}],
        ),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert GPUS.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("[{count: 1}]", "[{count: 2}]", [{"count": 1}, {"count": 2}]),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert GPUS.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("some", ["1:32 `gpus` must be `all`, not `some`"]),
        ("[{count: 1, device_ids: ['1']}]", ["1:33 `services.a.gpus[0]` has both `count` and `device_ids`"]),
        ("1", ["1:32 `gpus` must be `all` or a list, not a whole number"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert GPUS.refused(written) == problems
