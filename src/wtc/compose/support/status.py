"""What may become of an attribute: carried out, carried out in the namespace, or not at all; and for which values."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from wtc.compose.tree.accessors import get_child, get_items, get_string
from wtc.compose.tree.node import Mapping, Node, Scalar
from wtc.model.position import Path


class Status(StrEnum):
    """What wtc does about an attribute."""

    HONOURED = "honoured"
    REWRITTEN = "rewritten"
    """It is carried out, in the worktree's namespace: with another name, port or tag."""
    IGNORED = "ignored"


Applies: TypeAlias = Callable[[Node, Path, Mapping], bool]
"""Whether a case is that of a value: its node, its path, the whole project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One way in which an attribute is treated, and why."""

    status: Status
    reason: str = ""
    when: str = ""
    """For which values, in words; nothing is all others."""
    applies: Applies | None = None
    hint: str = ""


Row: TypeAlias = tuple[Case, ...]


def supported(reason: str = "") -> Row:
    """Carried out as it is written."""
    return (Case(status=Status.HONOURED, reason=reason),)


def rewritten(reason: str) -> Row:
    """Carried out in the namespace."""
    return (Case(status=Status.REWRITTEN, reason=reason),)


def ignored(reason: str, hint: str = "") -> Row:
    """Left out, and said."""
    return (Case(status=Status.IGNORED, reason=reason, hint=hint),)


def is_true(node: Node, path: Path, root: Mapping) -> bool:
    """Whether a flag is set."""
    del path, root
    return isinstance(node, Scalar) and node.value is True


def of_external(node: Node, path: Path, root: Mapping) -> bool:
    """Whether the resource that an attribute belongs to is external."""
    del node
    return _is_external(get_child(root, *map(str, path[:2])))


def names_service(node: Node, path: Path, root: Mapping) -> bool:
    """Whether it stands for the container of another service."""
    del path, root
    return (get_string(node) or "").startswith("service:")


def is_named_volume(node: Node, path: Path, root: Mapping) -> bool:
    """Whether a mount's source is a volume that is made here."""
    del path
    volume = get_child(root, "volumes", get_string(node) or "")
    return volume is not None and not _is_external(volume)


def is_job(node: Node, path: Path, root: Mapping) -> bool:
    """Whether a mode runs to an end."""
    del path, root
    return (get_string(node) or "").endswith("-job")


def is_built(node: Node, path: Path, root: Mapping) -> bool:
    """Whether the service that an attribute belongs to is built."""
    del node
    return get_child(root, "services", str(path[1]), "build") is not None


def is_several(node: Node, path: Path, root: Mapping) -> bool:
    """Whether a list has more than one item."""
    del path, root
    return len(get_items(node)) > 1


def of_file(node: Node, path: Path, root: Mapping) -> bool:
    """Whether a grant is for something that is mounted from a file of the host."""
    del node
    kind, index = str(path[2]), path[3]
    grants = get_items(get_child(root, "services", str(path[1]), kind))
    source = get_string(get_child(grants[index], "source")) if isinstance(index, int) and index < len(grants) else None
    return get_child(root, kind, source or "", "file") is not None


def _is_external(resource: Node | None) -> bool:
    return isinstance(flag := get_child(resource, "external"), Scalar) and flag.value is True
