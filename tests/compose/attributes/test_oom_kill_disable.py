"""`oom_kill_disable` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import ABSENT, Attribute

OOM_KILL_DISABLE = Attribute("oom_kill_disable")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("true", True),
        ("'false'", ABSENT),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert OOM_KILL_DISABLE.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("true", "false", ABSENT),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert OOM_KILL_DISABLE.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("x", ["1:44 `x` is not `true` or `false`"]),
        ("[true]", ["1:44 `oom_kill_disable` must be a string, `true` or `false`, not a list"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert OOM_KILL_DISABLE.refused(written) == problems
