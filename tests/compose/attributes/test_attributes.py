"""How each attribute of a service and each resource is printed, merged and refused: one module for each theme.

Source: compose-spec, Services; expectations are those of Docker Compose 2.40.
"""

from typing import Any

import pytest

from tests.compose.attributes import (
    builds,
    cpu_and_memory,
    deployment,
    descriptions,
    files,
    namespaces,
    networking,
    ports,
    privileges,
    processes,
    resources,
    volumes,
)
from tests.compose.attributes.reading import Attribute, Cases, Resource

MODULES = (
    builds,
    cpu_and_memory,
    deployment,
    descriptions,
    files,
    namespaces,
    networking,
    ports,
    privileges,
    processes,
    resources,
    volumes,
)
ALL: tuple[Cases, ...] = tuple(cases for module in MODULES for cases in module.CASES)


def rows(table: str) -> list[Any]:
    """Return the rows of all tables of this name, each after the attribute that it is about."""
    return [
        pytest.param(cases.of, *row, id=f"{cases.of.label}-{number}")
        for cases in ALL
        for number, row in enumerate(getattr(cases, table))
    ]


@pytest.mark.parametrize(("of", "written", "expected"), rows("printed"))
def test_value_is_printed_in_its_canonical_form(of: Attribute | Resource, written: str, expected: Any) -> None:
    assert of.printed(written) == expected


@pytest.mark.parametrize(("of", "base", "over", "expected"), rows("merged"))
def test_later_file_overrides_the_earlier_one(of: Attribute | Resource, base: str, over: str, expected: Any) -> None:
    assert of.merged(base, over) == expected


@pytest.mark.parametrize(("of", "written", "problems"), rows("refused"))
def test_wrong_value_is_refused_at_its_place(of: Attribute | Resource, written: str, problems: list[str]) -> None:
    assert of.refused(written) == problems
