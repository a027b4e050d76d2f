"""The written schemas: one for each command with `--json`, valid, strict and described."""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.schemas import ERROR, EVENTS, FOLDER, SCHEMAS, SHARED, objects
from wtc.cli.app import build_app
from wtc.cli.command_table import COMMANDS, GROUPS

NAMES = sorted(SCHEMAS)


def with_json() -> set[str]:
    """The commands that take `--json`."""
    commands = build_app().commands
    outer = {e.name: commands[e.name] for e in COMMANDS}
    inner = {f"{name}-{each}": one for name in GROUPS for each, one in commands[name].commands.items()}
    return {name for name, one in {**outer, **inner}.items() if any(p.name == "as_json" for p in one.params)}


def test_each_command_with_json_has_a_schema_and_each_schema_a_command() -> None:
    assert with_json() == SCHEMAS.keys() - {ERROR, EVENTS, SHARED}


def test_list_of_schemas_is_complete() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if f"`{name}.json`" not in text] == []


@pytest.mark.parametrize("name", NAMES)
def test_schema_is_valid(name: str) -> None:
    assert SCHEMAS[name]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(SCHEMAS[name])  # pyright: ignore[reportUnknownMemberType] - of `jsonschema`


@pytest.mark.parametrize("name", NAMES)
def test_each_object_is_closed_and_requires_all_properties(name: str) -> None:
    for place, owner in objects(SCHEMAS[name]):
        assert (place, owner["additionalProperties"]) == (place, False)
        assert (place, owner["required"]) == (place, list(owner["properties"]))


@pytest.mark.parametrize("name", NAMES)
def test_each_property_has_a_description(name: str) -> None:
    undescribed = [
        f"{place}.{key}" for place, key, schema in properties(name) if not {"description", "$ref"} & schema.keys()
    ]
    assert undescribed == []


@pytest.mark.parametrize("name", NAMES)
def test_measured_property_has_its_unit_in_its_name(name: str) -> None:
    units = {"in bytes": "_bytes", "in seconds": "_s", "in percent": "_percent"}
    wrong = [
        f"{place}.{key}"
        for place, key, schema in properties(name)
        for text, ending in units.items()
        if text in schema.get("description", "") and not key.endswith(ending)
    ]
    assert wrong == []


def properties(name: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Place, name and schema of each property; also of those that are shared one by one."""
    for place, owner in objects(SCHEMAS[name]):
        yield from ((place, key, schema) for key, schema in owner["properties"].items())
    yield from ((SHARED, key, schema) for key, schema in SCHEMAS[name].get("$defs", {}).items())
