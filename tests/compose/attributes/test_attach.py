"""`attach` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

ATTACH = Attribute("attach")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("true", True),
        ("'false'", False),
        ("off", False),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert ATTACH.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("true", "false", False),
        ("false", "null", False),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert ATTACH.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("maybe", ["1:34 `services.a.attach` is `maybe`, expected `true` or `false`"]),
        ("[true]", ["1:34 `attach` must be a string, `true` or `false`, not a list"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert ATTACH.refused(written) == problems
