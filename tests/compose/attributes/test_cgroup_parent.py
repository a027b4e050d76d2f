"""`cgroup_parent` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

CGROUP_PARENT = Attribute("cgroup_parent")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("m-parent", "m-parent"),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert CGROUP_PARENT.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("a", "b", "b"),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert CGROUP_PARENT.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("[a]", ["1:41 `cgroup_parent` must be a string, not a list"]),
        ("1", ["1:41 `cgroup_parent` must be a string, not a whole number"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert CGROUP_PARENT.refused(written) == problems
