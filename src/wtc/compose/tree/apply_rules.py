"""Apply a table of rules to a tree. Nodes that no rule changes are shared, not copied."""

from collections.abc import Callable

from wtc.compose.diagnostics import Diagnostics
from wtc.compose.tree.node import Mapping, Node, Scalar, Sequence
from wtc.compose.tree.path_patterns import Cursor, Table
from wtc.model.position import Path
from wtc.static_typing import TypeAlias

Rule: TypeAlias = Callable[[Node, Path, Diagnostics], Node]
"""The rule for one attribute: return the new node, or the same node; report invalid values."""


def apply_rules(root: Node, table: Table[Rule], diagnostics: Diagnostics, path: Path = ()) -> Node:
    """Return the tree with every rule applied at its path, parents first."""
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
            child = cursor.step(key)
            if child is not None:
                new = _walk(item, child, (*path, key), diagnostics)
                if new is not item:
                    entries[key] = new
        if not entries:
            return node
        return Mapping({**node.items, **entries}, node.position, node.keys, node.tag)
    child = cursor.step(0)
    if child is None:
        return node
    items = [_walk(item, child, (*path, index), diagnostics) for index, item in enumerate(node.items)]
    if all(new is old for new, old in zip(items, node.items, strict=True)):
        return node
    return Sequence(items, node.position, node.tag)
