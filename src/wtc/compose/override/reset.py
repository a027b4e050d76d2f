"""Apply `!reset` and `!override`: remove values of earlier documents. Source: compose-spec, Merge."""

from wtc.compose.tree.node import Mapping, Node, Sequence
from wtc.model.position import Path
from wtc.static_typing import TypeAlias

Cuts: TypeAlias = "dict[str | int, Cuts]"
"""The paths to delete, as a tree of steps; an empty branch marks a node to delete."""


def extract_resets(root: Node) -> tuple[Node, list[Path]]:
    """Return the document without its `!reset` nodes, and the paths that it resets or overrides."""
    found: list[Path] = []
    return _extract(root, (), found), found


def _extract(node: Node, path: Path, found: list[Path]) -> Node:
    if node.tag == "override":
        found.append(path)
        return node
    if isinstance(node, Mapping):
        entries = {
            key: _extract(item, (*path, key), found)
            for key, item in node.items.items()
            if not _is_reset(item, (*path, key), found)
        }
        if len(entries) == len(node.items) and all(entries[key] is item for key, item in node.items.items()):
            return node
        return Mapping(entries, node.position, node.keys)
    if isinstance(node, Sequence):
        items = [
            _extract(item, (*path, i), found)
            for i, item in enumerate(node.items)
            if not _is_reset(item, (*path, i), found)
        ]
        if len(items) == len(node.items) and all(new is old for new, old in zip(items, node.items, strict=True)):
            return node
        return Sequence(items, node.position)
    return node


def _is_reset(node: Node, path: Path, found: list[Path]) -> bool:
    if node.tag != "reset":
        return False
    found.append(path)
    return True


def delete_paths(root: Node, paths: list[Path]) -> Node:
    """Return the tree without the nodes at the paths."""
    cuts: Cuts = {}
    for path in paths:
        branch = cuts
        for step in path:
            branch = branch.setdefault(step, {})
    return _delete(root, cuts) if cuts else root


def _delete(node: Node, cuts: Cuts) -> Node:
    if isinstance(node, Mapping):
        return Mapping(
            {
                key: _delete(item, cuts[key]) if key in cuts else item
                for key, item in node.items.items()
                if cuts.get(key) != {}
            },
            node.position,
            node.keys,
        )
    return node  # items of a list do not correspond to items of an earlier list
