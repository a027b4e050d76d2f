"""`cgroup` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

CGROUP = Attribute("cgroup")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("host", "host"),
        ("private", "private"),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert CGROUP.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("host", "private", "private"),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert CGROUP.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("shared", ["1:34 `cgroup` must be `host` or `private`, not `shared`"]),
        ("[host]", ["1:34 `cgroup` must be `host` or `private`, not a list"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert CGROUP.refused(written) == problems
