"""Walking a tree along a table of rules; what no rule touches is shared, not copied."""

from collections.abc import Callable
from typing import TypeAlias

from wtc.compose.diagnostics import Diagnostics
from wtc.compose.tree.node import Mapping, Node, Scalar, Sequence
from wtc.compose.tree.path_patterns import Cursor, Table
from wtc.model.position import Path

Rule: TypeAlias = Callable[[Node, Path, Diagnostics], Node]
"""One attribute's rule: the node in its new form, or the same node. What it cannot accept it reports."""


def apply_rules(root: Node, table: Table[Rule], diagnostics: Diagnostics, path: Path = ()) -> Node:
    """The tree with every rule applied at its path, a parent's before its children's."""
    cursor: Cursor[Rule] | None = table.root
    for step in path:
        cursor = cursor.step(step) if cursor else None
    return _walk(root, cursor, path, diagnostics) if cursor else root


def _walk(node: Node, cursor: Cursor[Rule], path: Path, diagnostics: Diagnostics) -> Node:
    if cursor.value is not None:
        node = cursor.value(node, path, diagnostics)
    if isinstance(node, Scalar):
        return node
    if isinstance(node, Mapping):
        entries: dict[str, Node] = {}
        for key, item in node.items.items():
            below = cursor.step(key)
            if below is not None:
                new = _walk(item, below, (*path, key), diagnostics)
                if new is not item:
                    entries[key] = new
        if not entries:
            return node
        return Mapping({**node.items, **entries}, node.position, node.keys, node.tag)
    below = cursor.step(0)
    if below is None:
        return node
    items = [_walk(item, below, (*path, index), diagnostics) for index, item in enumerate(node.items)]
    if all(new is old for new, old in zip(items, node.items, strict=True)):
        return node
    return Sequence(items, node.position, node.tag)
