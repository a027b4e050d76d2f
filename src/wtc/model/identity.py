"""The worktree of a stack: what its labels record, and facts about folders and repositories.

Paths are real and absolute. See `.context/plans/design.md`.
"""

from collections.abc import Mapping
from enum import StrEnum

from wtc.dataclass import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Ancestor:
    """A folder on the way to a worktree: inode number, filesystem id (hex), and whether it is a mount point."""

    inode: int
    filesystem: str
    mount: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The identity that a worktree puts on the labels of its stack; values are empty if they are not known."""

    id: str = ""
    """The worktree's random id; empty if its path is the identity."""
    host: str = ""
    """The host id."""
    git: str = ""
    """The common git folder."""
    git_inode: int = 0
    directory: str = ""
    """The project folder."""
    parents: tuple[Ancestor, ...] = ()
    """The worktree's folder, then each folder above it, up to the root."""
    git_dir: str = ""
    """git's folder for the worktree, which contains the id and the lock. Not in labels."""
    former_paths: tuple[str, ...] = ()
    """Other paths of this worktree, from which a move or an adoption is recorded. Not in labels."""
    spellings: tuple[str, ...] = ()
    """Other spellings of the project folder, through symbolic links, in labels of the version before. Not in labels."""
    legacy: bool = False
    """Whether objects without an identity, of the version before, count as this worktree's. Not in labels."""

    @property
    def inode(self) -> int:
        """The inode of the worktree's folder; 0 if it is not known."""
        return self.parents[0].inode if self.parents else 0


class Presence(StrEnum):
    """Whether a folder exists."""

    PRESENT = "present"
    MISSING = "missing"
    UNKNOWN = "unknown"
    """It cannot be looked at: no permission, an input/output error, a stale network mount."""


class GitState(StrEnum):
    """What a folder's `.git` is."""

    NONE = "none"
    WORKTREE = "worktree"
    BROKEN = "broken"
    """Its target is missing, or it cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathFacts:
    """What is found at a path."""

    path: str
    presence: Presence
    mounted: bool = False
    """Whether the folder is a mount point now."""
    git: GitState = GitState.NONE
    id: str = ""
    """The id that the folder holds: its `.git` leads to the git folder with that id."""
    git_inode: int = 0
    """The inode of the common git folder that its `.git` leads to."""
    depth: int = 0
    """How many components of the path are missing, from the end."""
    parents: tuple[Ancestor, ...] = ()
    """The nearest existing folder (the folder itself where it exists), then each folder above it."""

    @classmethod
    def unread(cls, path: str) -> "PathFacts":
        """Return unknown facts, for a path that proves nothing."""
        return cls(path=path, presence=Presence.UNKNOWN)


class Lock(StrEnum):
    """Whether git has a worktree locked."""

    NONE = "none"
    STALE = "stale"
    """By a process that is dead."""
    WTC = "wtc"
    """By `wtc worktree add`: git alone may not remove the worktree, because its stack would be left."""
    LIVE = "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorktreeEntry:
    """A worktree as its repository lists it. `holds`: its folder exists and leads back to this entry."""

    path: str
    git_dir: str = ""
    """git's own folder for the worktree."""
    id: str = ""
    lock: Lock = Lock.NONE
    holds: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryFacts:
    """A common git folder; `inode` is 0 where it is missing or cannot be read."""

    path: str
    inode: int = 0
    worktrees: tuple[WorktreeEntry, ...] = ()
    """The main worktree first, if there is one, then the linked ones."""
    moved: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Id -> the paths that its moves and adoptions record, the latest last."""
    known: bool = False
    """Whether it records the stack's id. A new clone does not, even with the same inode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledStack:
    """The objects on an engine with one namespace and one identity. `worktree` is the path where it was created."""

    namespace: str
    worktree: str
    identity: Identity
    legacy: bool = False
    """Created by a wtc that wrote no names and no ids into labels."""
    running: tuple[str, ...] = ()
    """The names of running containers."""
    binds: tuple[str, ...] = ()
    """The host paths that running containers mount."""
    volumes: tuple[str, ...] = ()
    containers: int = 0


class WorktreeLocation(StrEnum):
    """Where a worktree is, seen from its stack's labels."""

    PRESENT = "present"
    MOVED = "moved"
    """Its id is held at another path than the one where the stack was created."""
    FORMER = "former"
    """It is gone, and the path has another worktree now."""
    PRUNABLE = "prunable"
    GONE = "gone"
    UNPROVED = "unproved"
    OTHER_HOST = "other-host"
