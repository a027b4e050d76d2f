"""`ipc` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

IPC = Attribute("ipc")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("host", "host"),
        ("shareable", "shareable"),
        ("'service:b'", "service:b"),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert IPC.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("host", "private", "private"),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert IPC.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("1", ["1:31 `ipc` must be a string, not a whole number"]),
        ("'service:zz'", ["1:31 service `a` depends on `zz`, which is not defined"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert IPC.refused(written) == problems
