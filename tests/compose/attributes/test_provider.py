"""`provider` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

PROVIDER = Attribute("provider")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{type: t}", {"type": "t"}),
        ("{type: t, options: {a: b, c: [d, e]}}", {"type": "t", "options": {"a": ["b"], "c": ["d", "e"]}}),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert PROVIDER.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("{type: t}", "{type: u}", {"type": "u"}),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert PROVIDER.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("t", ["1:36 `provider` must be a mapping, not a string"]),
        ("{options: {}}", ["1:36 `provider` needs the attribute `type`"]),
        ("{typ: t}", ["1:37 `provider` has no attribute `typ`", "1:36 `provider` needs the attribute `type`"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert PROVIDER.refused(written) == problems
