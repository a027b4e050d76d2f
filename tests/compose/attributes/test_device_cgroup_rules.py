"""`device_cgroup_rules` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

DEVICE_CGROUP_RULES = Attribute("device_cgroup_rules")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("['c 1:3 mr']", ["c 1:3 mr"]),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert DEVICE_CGROUP_RULES.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("['c 1:3 mr']", "['a 7:* rmw']", ["c 1:3 mr", "a 7:* rmw"]),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert DEVICE_CGROUP_RULES.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("c 1:3 mr", ["1:47 `device_cgroup_rules` must be a list, not a string"]),
        ("[a, a]", ["1:51 `device_cgroup_rules` lists one thing twice"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert DEVICE_CGROUP_RULES.refused(written) == problems
