"""Reading trees: what a stage asks of a node whose type nothing has vouched for yet."""

from wtc.compose.tree.node import Mapping, Node, Scalar, Sequence


def get_child(node: Node | None, *keys: str) -> Node | None:
    """The node under the keys; None where something on the way is missing or no mapping."""
    for key in keys:
        node = node.items.get(key) if isinstance(node, Mapping) else None
    return node


def get_string(node: Node | None) -> str | None:
    """The node's value if it is a string."""
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else None


def get_fields(node: Node | None) -> dict[str, Node]:
    """The mapping's entries, none for anything else. Not to be changed."""
    return node.items if isinstance(node, Mapping) else {}


def get_items(node: Node | None) -> list[Node]:
    """The list's items, none for anything else. Not to be changed."""
    return node.items if isinstance(node, Sequence) else []


def is_null(node: Node | None) -> bool:
    """Whether nothing is there, or a null."""
    return node is None or (isinstance(node, Scalar) and node.value is None)


def with_entries(node: Mapping, **entries: Node | None) -> Mapping:
    """The mapping with these entries set; None takes one out."""
    items = {**node.items, **{key: item for key, item in entries.items() if item is not None}}
    for key, item in entries.items():
        if item is None:
            items.pop(key, None)
    return Mapping(items, node.position, node.keys, node.tag)


def with_entry(node: Mapping, key: str, item: Node) -> Mapping:
    """The mapping with one entry set."""
    return Mapping({**node.items, key: item}, node.position, node.keys, node.tag)


def kind_name(node: Node | None) -> str:
    """What to call the node when something else was expected."""
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
    """The value as text, as Docker Compose writes it where it needs a string."""
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
