"""Convert every value to the type of its attribute: commands to lists, durations and sizes to one form."""

from wtc.compose.diagnostics import Diagnostics
from wtc.compose.transform.attribute_types import ATTRIBUTE_TYPES
from wtc.compose.transform.coerce_values import COERCIONS, InvalidValueError
from wtc.compose.tree.accessors import is_null, kind_name
from wtc.compose.tree.node import Mapping, Node, Sequence
from wtc.model.position import Path, dotted


def coerce(root: Node, diagnostics: Diagnostics, shape: str = "project", path: Path = ()) -> Mapping:
    """Return the tree with its values converted. Null and unknown attributes are dropped, `x-*` are kept."""
    return _coerce_attributes(root, shape, path, diagnostics)


def _coerce_attributes(node: Node, shape: str, path: Path, diagnostics: Diagnostics) -> Mapping:
    if not isinstance(node, Mapping):
        if not is_null(node):
            diagnostics.error(f"`{dotted(path)}` is {kind_name(node)}, expected a mapping", node.position, path)
        return Mapping({}, node.position)
    fields = ATTRIBUTE_TYPES[shape]
    items: dict[str, Node] = {}
    for key, item in node.items.items():
        if key.startswith("x-"):
            items[key] = item
        elif key in fields:
            value = _coerce_value(item, fields[key], (*path, key), diagnostics)
            if value is not None:
                items[key] = value
    return Mapping(items, node.position, node.keys)


def _coerce_value(node: Node, word: str, path: Path, diagnostics: Diagnostics) -> Node | None:
    first = word[0]
    if first in "*=":
        if is_null(node):
            return None
        return _coerce_attributes(node, word[1:], path, diagnostics)
    if first == "[":
        if not isinstance(node, Sequence):
            return _report_empty(node, "a list", path, diagnostics)
        items: list[Node] = [
            _coerce_attributes(item, word[1:-1], (*path, i), diagnostics) for i, item in enumerate(node.items)
        ]
        return Sequence(items, node.position)
    if first == "{":
        if not isinstance(node, Mapping):
            return _report_empty(node, "a mapping", path, diagnostics)
        return Mapping(_coerce_entries(node, word[1:-1], path, diagnostics), node.position, node.keys)
    return _coerce_word(node, word, path, diagnostics)


def _coerce_entries(node: Mapping, word: str, path: Path, diagnostics: Diagnostics) -> dict[str, Node]:
    entries: dict[str, Node] = {}
    for key, item in node.items.items():
        if word == "limit":
            limit = _coerce_word(item, "limit", (*path, key), diagnostics)
            if limit is not None:
                entries[key] = limit
        elif word[0] == "?" and is_null(item):
            entries[key] = item
        else:
            entries[key] = _coerce_attributes(item, word.lstrip("?"), (*path, key), diagnostics)
    return entries


def _report_empty(node: Node, expected: str, path: Path, diagnostics: Diagnostics) -> None:
    if not is_null(node):
        diagnostics.error(f"`{dotted(path)}` is {kind_name(node)}, expected {expected}", node.position, path)


def _coerce_word(node: Node, word: str, path: Path, diagnostics: Diagnostics) -> Node | None:
    if word != "env" and is_null(node):
        return None
    try:
        return COERCIONS[word](node)
    except InvalidValueError as error:
        near = error.node if error.node.position.file else node
        diagnostics.error(f"`{dotted(path)}` {error}", near.position, path)
        return None
