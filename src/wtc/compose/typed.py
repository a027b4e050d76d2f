"""Every value as its attribute's type has it: commands split, durations and sizes in one form, lists as lists."""

from wtc.compose.access import is_null, kind
from wtc.compose.diagnostics import Diagnostics
from wtc.compose.node import Mapping, Node, Sequence
from wtc.compose.shapes import SHAPES
from wtc.compose.values import WORDS, InvalidError
from wtc.model.position import Path, dotted


def typed(root: Node, diagnostics: Diagnostics, shape: str = "project", path: Path = ()) -> Mapping:
    """The tree with its values in their attributes' types; attributes that say nothing are gone, `x-*` stay."""
    return _struct(root, shape, path, diagnostics)


def _struct(node: Node, shape: str, path: Path, diagnostics: Diagnostics) -> Mapping:
    if not isinstance(node, Mapping):
        if not is_null(node):
            diagnostics.error(f"`{dotted(path)}` is {kind(node)}, expected a mapping", node.position, path)
        return Mapping({}, node.position)
    fields = SHAPES[shape]
    items: dict[str, Node] = {}
    for key, item in node.items.items():
        if key.startswith("x-"):
            items[key] = item
        elif key in fields:
            value = _value(item, fields[key], (*path, key), diagnostics)
            if value is not None:
                items[key] = value
    return Mapping(items, node.position, node.keys)


def _value(node: Node, word: str, path: Path, diagnostics: Diagnostics) -> Node | None:
    first = word[0]
    if first in "*=":
        if is_null(node):
            return None
        return _struct(node, word[1:], path, diagnostics)
    if first == "[":
        if not isinstance(node, Sequence):
            return _nothing(node, "a list", path, diagnostics)
        items: list[Node] = [_struct(item, word[1:-1], (*path, i), diagnostics) for i, item in enumerate(node.items)]
        return Sequence(items, node.position)
    if first == "{":
        if not isinstance(node, Mapping):
            return _nothing(node, "a mapping", path, diagnostics)
        return Mapping(_entries(node, word[1:-1], path, diagnostics), node.position, node.keys)
    return _word(node, word, path, diagnostics)


def _entries(node: Mapping, word: str, path: Path, diagnostics: Diagnostics) -> dict[str, Node]:
    entries: dict[str, Node] = {}
    for key, item in node.items.items():
        if word == "limit":
            limit = _word(item, "limit", (*path, key), diagnostics)
            if limit is not None:
                entries[key] = limit
        elif word[0] == "?" and is_null(item):
            entries[key] = item
        else:
            entries[key] = _struct(item, word.lstrip("?"), (*path, key), diagnostics)
    return entries


def _nothing(node: Node, expected: str, path: Path, diagnostics: Diagnostics) -> None:
    if not is_null(node):
        diagnostics.error(f"`{dotted(path)}` is {kind(node)}, expected {expected}", node.position, path)


def _word(node: Node, word: str, path: Path, diagnostics: Diagnostics) -> Node | None:
    if word != "env" and is_null(node):
        return None
    try:
        return WORDS[word](node)
    except InvalidError as error:
        diagnostics.error(f"`{dotted(path)}` {error}", node.position, path)
        return None
