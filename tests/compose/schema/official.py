"""Extract attributes and types from the official JSON schema of compose files.

    uv run python -m tests.compose.schema.official compose-spec.json >tests/compose/schema/official.txt

The schema is `schema/compose-spec.json` of github.com/compose-spec/compose-spec.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Types = dict[str, set[str]]
"""Path of an attribute, `*` for a name and for an item, -> JSON types."""

TABLE = Path(__file__).parent / "official.txt"
_SCALARS = {"string", "integer", "number", "boolean", "null"}
_DEPTH = 12


def extract(schema: Mapping[str, Any]) -> Types:
    """Return the types of each attribute of a JSON schema."""
    found: Types = {}
    _walk(schema, schema, (), found)
    return found


def _walk(schema: Mapping[str, Any], node: Mapping[str, Any], path: tuple[str, ...], found: Types) -> None:
    if len(path) > _DEPTH:
        return
    if "$ref" in node:
        target: Any = schema
        for step in str(node["$ref"]).removeprefix("#/").split("/"):
            target = target[step]
        _walk(schema, target, path, found)
    for choice in (*node.get("oneOf", ()), *node.get("anyOf", ()), *node.get("allOf", ())):
        _walk(schema, choice, path, found)
    given = node.get("type", ())
    types = {given} if isinstance(given, str) else set(given)
    if path:
        found.setdefault(".".join(path), set()).update(types)
    for name, below in node.get("properties", {}).items():
        _walk(schema, below, (*path, name), found)
    for pattern, below in node.get("patternProperties", {}).items():
        if not pattern.startswith("^x-"):
            _walk(schema, below, (*path, "*"), found)
    for key in ("additionalProperties", "items"):
        if isinstance(node.get(key), dict):
            _walk(schema, node[key], (*path, "*"), found)


def read_table() -> Types:
    """Return what the kept table says."""
    rows = (line.split() for line in TABLE.read_text().splitlines())
    return {path: set(types) for path, *types in rows}


if __name__ == "__main__":
    table = extract(json.loads(Path(sys.argv[1]).read_text()))
    print("\n".join(" ".join((path, *sorted(types))) for path, types in sorted(table.items())))
