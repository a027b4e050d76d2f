"""`security_opt` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

SECURITY_OPT = Attribute("security_opt")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("['no-new-privileges:true', seccomp=unconfined]", ["no-new-privileges:true", "seccomp=unconfined"]),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert SECURITY_OPT.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("[a]", "[b]", ["a", "b"]),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert SECURITY_OPT.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("a", ["1:40 `security_opt` must be a list, not a string"]),
        ("[a, a]", ["1:44 `security_opt` lists one thing twice"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert SECURITY_OPT.refused(written) == problems
