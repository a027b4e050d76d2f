"""How wtc treats an attribute (honoured, rewritten, ignored), and for which values."""

from collections.abc import Callable
from enum import StrEnum

from wtc.compose.tree.accessors import get_child, get_items, get_string
from wtc.compose.tree.node import Mapping, Node, Scalar
from wtc.dataclass import dataclass
from wtc.model.position import Path
from wtc.static_typing import TypeAlias


class Status(StrEnum):
    """How wtc treats an attribute."""

    HONOURED = "honoured"
    REWRITTEN = "rewritten"
    """Applied within the worktree's namespace: with another name, port or tag."""
    IGNORED = "ignored"


Applies: TypeAlias = Callable[[Node, Path, Mapping], bool]
"""Whether a case applies to a value: (node, path, root of the project)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One way in which an attribute is treated, and why."""

    status: Status
    reason: str = ""
    when: str = ""
    """The values that the case applies to, in words; empty: all others."""
    applies: Applies | None = None
    hint: str = ""


Row: TypeAlias = tuple[Case, ...]


def supported(reason: str = "") -> Row:
    """Return the row of an attribute that is applied as written."""
    return (Case(status=Status.HONOURED, reason=reason),)


def rewritten(reason: str) -> Row:
    """Return the row of an attribute that is applied within the namespace."""
    return (Case(status=Status.REWRITTEN, reason=reason),)


def ignored(reason: str, hint: str = "") -> Row:
    """Return the row of an attribute that is ignored with a warning."""
    return (Case(status=Status.IGNORED, reason=reason, hint=hint),)


def is_true(node: Node, path: Path, root: Mapping) -> bool:
    """Return whether a flag is `true`."""
    del path, root
    return isinstance(node, Scalar) and node.value is True


def of_external(node: Node, path: Path, root: Mapping) -> bool:
    """Return whether the attribute belongs to an external resource."""
    del node
    return _is_external(get_child(root, *map(str, path[:2])))


def names_service(node: Node, path: Path, root: Mapping) -> bool:
    """Return whether the value is `service:NAME`."""
    del path, root
    return (get_string(node) or "").startswith("service:")


def is_named_volume(node: Node, path: Path, root: Mapping) -> bool:
    """Return whether a mount's source is a volume of the project that is not external."""
    del path
    volume = get_child(root, "volumes", get_string(node) or "")
    return volume is not None and not _is_external(volume)


def is_job(node: Node, path: Path, root: Mapping) -> bool:
    """Return whether a deploy mode is a job."""
    del path, root
    return (get_string(node) or "").endswith("-job")


def is_built(node: Node, path: Path, root: Mapping) -> bool:
    """Return whether the attribute belongs to a service with `build`."""
    del node
    return get_child(root, "services", str(path[1]), "build") is not None


def is_several(node: Node, path: Path, root: Mapping) -> bool:
    """Return whether a list has more than one item."""
    del path, root
    return len(get_items(node)) > 1


def of_file(node: Node, path: Path, root: Mapping) -> bool:
    """Return whether a grant is for a secret or config with a `file:` source."""
    del node
    kind, index = str(path[2]), path[3]
    grants = get_items(get_child(root, "services", str(path[1]), kind))
    source = get_string(get_child(grants[index], "source")) if isinstance(index, int) and index < len(grants) else None
    return get_child(root, kind, source or "", "file") is not None


def _is_external(resource: Node | None) -> bool:
    return isinstance(flag := get_child(resource, "external"), Scalar) and flag.value is True
