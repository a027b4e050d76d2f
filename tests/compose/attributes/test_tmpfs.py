"""`tmpfs` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

TMPFS = Attribute("tmpfs")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("/run", ["/run"]),
        ("['/run', '/tmp:size=64m']", ["/run", "/tmp:size=64m"]),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert TMPFS.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("/run", "[/run, /tmp]", ["/run", "/tmp"]),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert TMPFS.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("1", ["1:33 `tmpfs` must be a string or a list, not a whole number"]),
        ("{}", ["1:33 `tmpfs` must be a string or a list, not a mapping"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert TMPFS.refused(written) == problems
