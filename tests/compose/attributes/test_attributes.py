"""Print, merge and validate every attribute of a service and every resource; the cases are in one module per topic.

Source: compose-spec, Services; the expected values are those of Docker Compose 2.40.
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
    """Return the rows of all tables of this name, each with its attribute first."""
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
def test_invalid_value_is_reported_with_its_position(
    of: Attribute | Resource, written: str, problems: list[str]
) -> None:
    assert of.refused(written) == problems
