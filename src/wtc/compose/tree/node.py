"""The nodes of a YAML document: scalars, sequences and mappings with their positions.

Nodes are values: a stage that changes something creates a new node and shares the rest.
"""

from collections.abc import Iterator

from wtc.dataclass import dataclass, field
from wtc.model.position import Path, Position
from wtc.static_typing import TypeAlias

Plain: TypeAlias = "str | int | float | bool | list[Plain] | dict[str, Plain] | None"
"""The same tree without positions, as JSON and YAML print it."""

NOWHERE = Position("", 0, 0)


@dataclass(slots=True)
class Scalar:
    """A single value. `raw` is its text as written, before interpolation and casting."""

    value: str | int | float | bool | None
    position: Position = NOWHERE
    raw: str = ""
    tag: str = ""
    """`reset`, `override` or empty."""


@dataclass(slots=True)
class Sequence:
    """A list of nodes."""

    items: list["Node"] = field(default_factory=list["Node"])
    position: Position = NOWHERE
    tag: str = ""


@dataclass(slots=True)
class Mapping:
    """String keys, in the file's order. `keys` holds the position of each key that the file contains."""

    items: dict[str, "Node"] = field(default_factory=dict[str, "Node"])
    position: Position = NOWHERE
    keys: dict[str, Position] = field(default_factory=dict[str, Position])
    tag: str = ""


Node: TypeAlias = Scalar | Sequence | Mapping


def plain(node: Node) -> Plain:
    """Return the tree without positions."""
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {key: plain(item) for key, item in node.items.items()}


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Yield every node with its path, parents first."""
    yield path, node
    if isinstance(node, Mapping):
        for key, item in node.items.items():
            yield from walk(item, (*path, key))
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            yield from walk(item, (*path, index))
