"""`volumes_from` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

VOLUMES_FROM = Attribute("volumes_from")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[b]", ["b"]),
        ("['b:ro', 'container:x:rw']", ["b:ro", "container:x:rw"]),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert VOLUMES_FROM.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("[b]", "['b:ro']", ["b", "b:ro"]),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert VOLUMES_FROM.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("b", ["1:40 `volumes_from` must be a list, not a string"]),
        ("[zz]", ["1:41 service `a` depends on `zz`, which is not defined"]),
        ("[b, b]", ["1:44 `volumes_from` lists one thing twice"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert VOLUMES_FROM.refused(written) == problems
