"""The written schemas of wtc's JSON, and which of their properties documents have shown."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeGuard, cast

from jsonschema import Draft202012Validator, ValidationError, validators
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

FOLDER = Path(__file__).parent.parent / ".context" / "schemas"
SCHEMAS: dict[str, Any] = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.json")}
"""Name -> schema."""
ERROR, EVENTS, SHARED = "error", "up-events", "defs"
"""Those that belong to no single command: of failures, of `up --events json`, and what the others refer to."""

# Without `$schema`, for which the library would take a validator of its own.
REGISTRY: Any = cast("Any", Registry)().with_resources(
    (f"{name}.json", Resource({k: v for k, v in schema.items() if k != "$schema"}, DRAFT202012))
    for name, schema in SCHEMAS.items()
)
_PLAIN = cast("Any", Draft202012Validator)


class Contract:
    """Holds documents against their schemas, and keeps account of what they have."""

    def __init__(self) -> None:
        self._seen: set[tuple[int, str]] = set()
        self.documents: dict[str, int] = {}
        """Schema -> how many documents were held against it."""
        self._validator: Any = cast("Any", validators).extend(_PLAIN, {"properties": self._properties})

    def violations(self, name: str, document: dict[str, Any]) -> list[str]:
        """What is wrong with a document, a line each."""
        self.documents[name] = self.documents.get(name, 0) + 1
        found = self._validator({"$ref": f"{name}.json"}, registry=REGISTRY).iter_errors(document)
        return [f"{name}: {error.json_path}: {error.message}" for error in found]

    def unseen(self) -> list[str]:
        """The properties that no document had with a value in it."""
        return [
            f"{name}{place}.{key}"
            for name, schema in SCHEMAS.items()
            for place, owner in objects(schema)
            for key in owner["properties"]
            if (id(owner["properties"]), key) not in self._seen
        ]

    def _properties(
        self, validator: Any, properties: dict[str, Any], instance: Any, schema: dict[str, Any]
    ) -> Iterator[ValidationError]:
        # Of several alternatives only the one that holds has been seen.
        whole = _PLAIN(schema, registry=REGISTRY, _resolver=validator._resolver)
        if is_object(instance) and whole.is_valid(instance):
            self._seen |= {(id(properties), key) for key in properties if instance.get(key) not in (None, [], {})}
        yield from _PLAIN.VALIDATORS["properties"](validator, properties, instance, schema)


def is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether it is an object of JSON."""
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Whether it is a list of JSON."""
    return isinstance(value, list)


def objects(schema: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Each schema within a schema that lists properties, with its place."""
    if is_list(schema):
        for index, item in enumerate(schema):
            yield from objects(item, f"{place}[{index}]")
    elif is_object(schema):
        if is_object(schema.get("properties")):
            yield place, schema
        for key, inner in schema.items():
            yield from objects(inner, f"{place}.{key}")
