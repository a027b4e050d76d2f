"""`use_api_socket` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import ABSENT, Attribute

USE_API_SOCKET = Attribute("use_api_socket")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("true", True),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert USE_API_SOCKET.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("true", "false", ABSENT),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert USE_API_SOCKET.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("x", ["1:42 `use_api_socket` must be `true` or `false`, not a string"]),
        ("'true'", ["1:42 `use_api_socket` must be `true` or `false`, not a string"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert USE_API_SOCKET.refused(written) == problems
