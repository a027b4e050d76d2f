"""Read nodes whose type is not validated yet."""

from wtc.compose.tree.node import Mapping, Node, Scalar, Sequence


def get_child(node: Node | None, *keys: str) -> Node | None:
    """Return the node under the keys, or None if a step is missing or not a mapping."""
    for key in keys:
        node = node.items.get(key) if isinstance(node, Mapping) else None
    return node


def get_string(node: Node | None) -> str | None:
    """Return the node's value if it is a string."""
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else None


def get_fields(node: Node | None) -> dict[str, Node]:
    """Return the mapping's entries, or an empty dict for other nodes. Do not modify the result."""
    return node.items if isinstance(node, Mapping) else {}


def get_items(node: Node | None) -> list[Node]:
    """Return the list's items, or an empty list for other nodes. Do not modify the result."""
    return node.items if isinstance(node, Sequence) else []


def is_null(node: Node | None) -> bool:
    """Return whether the node is missing or null."""
    return node is None or (isinstance(node, Scalar) and node.value is None)


def with_entries(node: Mapping, **entries: Node | None) -> Mapping:
    """Return the mapping with these entries set; None removes an entry."""
    items = {**node.items, **{key: item for key, item in entries.items() if item is not None}}
    for key, item in entries.items():
        if item is None:
            items.pop(key, None)
    return Mapping(items, node.position, node.keys, node.tag)


def with_entry(node: Mapping, key: str, item: Node) -> Mapping:
    """Return the mapping with one entry set."""
    return Mapping({**node.items, key: item}, node.position, node.keys, node.tag)


def kind_name(node: Node | None) -> str:
    """Return the kind of the node for a message: "a mapping", "a string"."""
    match node:
        case Mapping():
            return "a mapping"
        case Sequence():
            return "a list"
        case Scalar(value=bool()):
            return "a boolean"
        case Scalar(value=int() | float()):
            return "a number"
        case Scalar(value=str()):
            return "a string"
        case _:
            return "nothing"


def scalar_text(node: Scalar) -> str:
    """Return the value as text, as Docker Compose converts it to a string."""
    match node.value:
        case str() as value:
            return value
        case bool() as value:
            return "true" if value else "false"
        case None:
            return ""
        case float() as value:
            from wtc.compose.source.scalars import go_float

            return go_float(value)
        case value:
            return str(value)
