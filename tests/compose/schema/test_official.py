"""The shapes of the compose file against the names and types of the official schema."""

from typing import Any

from tests.compose.schema.official import Types, extract, read_table
from wtc.compose.schema.project import PROJECT
from wtc.compose.schema.shape import Shape

ONLY_HERE = {
    "services.*.build.no_cache_filter": {"array", "string"},
    "services.*.build.no_cache_filter.*": {"string"},
    "services.*.pre_start": {"array"},
    "services.*.pre_start.*": {"object"},
    "services.*.pre_start.*.command": {"array", "null", "string"},
    "services.*.pre_start.*.command.*": {"string"},
    "services.*.pre_start.*.environment": {"array", "object"},
    "services.*.pre_start.*.environment.*": {"boolean", "null", "number", "string"},
    "services.*.pre_start.*.privileged": {"boolean", "string"},
    "services.*.pre_start.*.user": {"string"},
    "services.*.pre_start.*.working_dir": {"string"},
    "services.*.storage_opt.*": {"string"},
}
"""Docker Compose 2.40 reads these, and the kept version of the official schema does not have them."""
ALSO_NULL = {"include", "services.*.models.*"}
"""Docker Compose 2.40 accepts an empty value here."""


def types(shape: Shape, path: tuple[str, ...] = ()) -> Types:
    """Return the JSON types of each attribute of a shape, by path."""
    found: Types = {}
    _collect(shape, path, found)
    return found


def _collect(shape: Shape, path: tuple[str, ...], found: Types) -> None:
    if path:
        here = found.setdefault(".".join(path), set())
        here |= shape.types
        here |= {"array"} if shape.items else set()
        here |= {"object"} if shape.fields is not None or shape.entries is not None else set()
    for name, below in (shape.fields or {}).items():
        _collect(below, (*path, name), found)
    for below in (shape.entries, shape.items):
        if below is not None:
            _collect(below, (*path, "*"), found)


def test_attributes_have_the_names_and_types_of_the_official_schema() -> None:
    expected = {**read_table(), **ONLY_HERE}
    for path in ALSO_NULL:
        expected[path] = expected[path] | {"null"}
    assert types(PROJECT) == expected


def test_extraction_follows_references_and_choices() -> None:
    schema: dict[str, Any] = {
        "properties": {"a": {"$ref": "#/definitions/a"}, "b": {"type": "array", "items": {"type": ["string", "null"]}}},
        "definitions": {"a": {"oneOf": [{"type": "string"}, {"type": "object", "patternProperties": {"^x-": {}}}]}},
    }
    assert extract(schema) == {"a": {"string", "object"}, "b": {"array"}, "b.*": {"string", "null"}}
