"""`expose` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

EXPOSE = Attribute("expose")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[80, '81/udp', 82-84]", ["80", "81/udp", "82-84"]),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert EXPOSE.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("[80]", "['80', 81]", ["80", "81"]),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert EXPOSE.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("80", ["1:34 `expose` must be a list, not a whole number"]),
        ("{}", ["1:34 `expose` must be a list, not a mapping"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert EXPOSE.refused(written) == problems
