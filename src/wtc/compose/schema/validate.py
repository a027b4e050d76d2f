"""Validate the merged model against the schema: report every problem with its position and the expected value."""

import re

from wtc.compose.diagnostics import Diagnostics
from wtc.compose.schema.project import PROJECT
from wtc.compose.schema.shape import NAME, Shape
from wtc.compose.source.scalars import Timestamp
from wtc.compose.tree.node import Mapping, Node, Scalar, Sequence
from wtc.model.position import Path, Position

_TYPES: dict[type, str] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    type(None): "null",
    Timestamp: "date",
}
_NOUNS = {
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "a boolean",
    "date": "a date",
    "null": "empty",
}


MAX_PROBLEMS = 100
MAX_SUGGESTED = 50
"""Maximum length of an unknown key for which a similar one is suggested, in characters."""


class _EnoughError(Exception):
    """More than `MAX_PROBLEMS` problems."""


def validate_schema(root: Node, diagnostics: Diagnostics) -> None:
    """Report up to `MAX_PROBLEMS` values of the merged model that the schema does not allow."""
    try:
        _Validator(diagnostics).node(root, PROJECT)
    except _EnoughError:
        diagnostics.error(f"more than {MAX_PROBLEMS} problems; the rest is not shown", root.position)


class _Validator:
    def __init__(self, diagnostics: Diagnostics) -> None:
        self.diagnostics = diagnostics
        self.path: list[str | int] = []
        self.problems = 0

    def node(self, node: Node, shape: Shape) -> None:
        if isinstance(node, Scalar):
            kind = _TYPES[type(node.value)]
            if kind not in shape.types and not _converts(kind, node.value, shape.types):
                self._wrong_type(node, shape, kind)
            elif shape.words or shape.pattern or shape.low != shape.high:
                self._value(node, shape)
        elif isinstance(node, Sequence):
            if shape.items is None:
                self._wrong_type(node, shape, "list")
            else:
                self._list(node, shape, shape.items)
        elif shape.fields is None:
            self._wrong_type(node, shape, "mapping")
        else:
            self._mapping(node, shape, shape.fields)

    def _list(self, node: Sequence, shape: Shape, items: Shape) -> None:
        for index, item in enumerate(node.items):
            self.path.append(index)
            self.node(item, items)
            self.path.pop()
        if shape.unique and len(node.items) > 1:
            self._unique(node)

    def _unique(self, node: Sequence) -> None:
        first_positions: dict[object, Position] = {}
        for index, item in enumerate(node.items):
            identity = _identity(item)
            first = first_positions.get(identity)
            if first is None:
                first_positions[identity] = item.position
            else:
                message = f"{self._name()} contains a duplicate item"
                hint = f"to fix the duplicate, remove it here or at {first}" if first.file else ""
                self._report(message, item.position, (*self.path, index), hint)

    def _mapping(self, node: Mapping, shape: Shape, fields: dict[str, Shape]) -> None:
        for key, item in node.items.items():
            child = fields.get(key)
            if child is None:
                if shape.extensible and key.startswith("x-"):
                    continue
                if shape.entries is None or not re.search(shape.keys, key):
                    if shape.closed:
                        self._unknown(key, node, shape)
                    continue
                child = shape.entries
            self.path.append(key)
            self.node(item, child)
            self.path.pop()
        for key in shape.required:
            if key not in node.items:
                message = f"{self._name()} needs the attribute `{key}`"
                self._report(message, node.position, tuple(self.path))

    def _unknown(self, key: str, node: Mapping, shape: Shape) -> None:
        position, path = node.keys.get(key, node.position), (*self.path, key)
        if shape.entries is not None:
            rule = "letters, digits, `.`, `_` and `-`" if shape.keys == NAME else "at least one character"
            self._report(f"a name in {self._name()} must consist of {rule}, not `{key}`", position, path)
            return
        from wtc.nearest_name import nearest_name

        hint = nearest_name(key, shape.fields or ()) if len(key) <= MAX_SUGGESTED else ""
        self._report(f"{self._name()} has no attribute `{key}`", position, path, hint)

    def _value(self, node: Scalar, shape: Shape) -> None:
        value = node.value
        if isinstance(value, str):
            if shape.words and value not in shape.words:
                self._wrong(node, f"must be {_alternatives([f'`{word}`' for word in shape.words])}, not `{value}`")
            elif shape.pattern and not re.search(shape.pattern, value):
                self._wrong(node, f"must be {shape.expected}, not `{value}`")
        elif value is not None and shape.low != shape.high and not shape.low <= value <= shape.high:
            upper = f" and at most {shape.high}" if shape.high < 1 << 63 else ""
            self._wrong(node, f"must be at least {shape.low}{upper}, not {node.raw or value}")

    def _wrong_type(self, node: Node, shape: Shape, kind: str) -> None:
        hint = ""
        if kind == "null":
            hint = "to leave it out, remove the line" if self.path and isinstance(self.path[-1], str) else ""
        elif isinstance(node, Scalar) and "string" in shape.types and not shape.words and node.raw:
            hint = "to write it as a string, put it in quotes"
        self._wrong(node, f"must be {_expected(shape)}, not {_NOUNS.get(kind, f'a {kind}')}", hint)

    def _wrong(self, node: Node, message: str, hint: str = "") -> None:
        self._report(f"{self._name()} {message}", node.position, tuple(self.path), hint)

    def _report(self, message: str, position: Position, path: Path, hint: str = "") -> None:
        self.problems += 1
        if self.problems > MAX_PROBLEMS:
            raise _EnoughError
        self.diagnostics.error(message, position, path, hint=hint)

    def _name(self) -> str:
        """Return the name of the current node in a message."""
        match self.path:
            case []:
                return "the compose file"
            case [*_, str(key)]:
                return f"`{key}`"
            case [*_, str(key), int()]:
                return f"an item of `{key}`"
            case _:
                return "an item"


def _converts(kind: str, value: object, types: frozenset[str]) -> bool:
    """Return whether a number is allowed by another type: an integer is a number, and `1.0` is an integer."""
    if kind == "integer":
        return "number" in types
    return "integer" in types and isinstance(value, float) and value.is_integer()


def _expected(shape: Shape) -> str:
    kinds = [_NOUNS[kind] for kind in ("string", "integer", "number") if kind in shape.types]
    kinds += ["`true`", "`false`"] if "boolean" in shape.types else []
    if shape.words:
        kinds = [f"`{word}`" for word in shape.words]
    if shape.items is not None:
        kinds.append("a list")
    if shape.fields is not None:
        kinds.append("a mapping")
    return _alternatives(kinds)


def _alternatives(choices: list[str]) -> str:
    """Return the choices as `a, b or c`."""
    return f"{', '.join(choices[:-1])} or {choices[-1]}" if len(choices) > 1 else "".join(choices)


def _identity(node: Node) -> object:
    """Return a key that is equal for nodes that are equal in JSON: 1 and 1.0 are, 1 and true are not."""
    if isinstance(node, Scalar):
        return (isinstance(node.value, bool), node.value)
    if isinstance(node, Sequence):
        return tuple(_identity(item) for item in node.items)
    return frozenset((key, _identity(item)) for key, item in node.items.items())
