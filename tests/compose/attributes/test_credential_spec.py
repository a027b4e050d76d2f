"""`credential_spec` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

CREDENTIAL_SPEC = Attribute("credential_spec", top="configs: {c: {content: x}}")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{file: ./c.json}", {"file": "./c.json"}),
        ("{registry: r}", {"registry": "r"}),
        ("{config: c}", {"config": "c"}),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert CREDENTIAL_SPEC.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("{file: a}", "{file: b}", {"file": "b"}),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert CREDENTIAL_SPEC.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("x", ["1:43 `credential_spec` must be a mapping, not a string"]),
        ("{fil: a}", ["1:44 `credential_spec` has no attribute `fil`"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert CREDENTIAL_SPEC.refused(written) == problems
