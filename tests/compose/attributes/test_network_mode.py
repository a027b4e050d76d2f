"""`network_mode` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

NETWORK_MODE = Attribute("network_mode")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("host", "host"),
        ("none", "none"),
        ("bridge", "bridge"),
        ("'service:b'", "service:b"),
        ("'container:x'", "container:x"),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert NETWORK_MODE.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("host", "none", "none"),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert NETWORK_MODE.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("1", ["1:40 `network_mode` must be a string, not a whole number"]),
        ("'service:zz'", ["1:40 service `a` depends on `zz`, which is not defined"]),
        ("[host]", ["1:40 `network_mode` must be a string, not a list"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert NETWORK_MODE.refused(written) == problems
