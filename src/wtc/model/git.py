"""The git repository of a linked worktree, as containers that bind the worktree need it."""

from enum import StrEnum

from wtc.dataclass import dataclass


class GitAccess(StrEnum):
    """What the containers of a service may do with the git repository."""

    RW = "rw"
    RO = "ro"
    OFF = "off"


class UserMapping(StrEnum):
    """The user of the host who owns the files that a container writes into a bind."""

    IDENTITY = "identity"
    """The user with the same number."""
    ROOTLESS = "rootless"
    """For the container's root, the user who runs the engine; no user of the host for its other users."""
    REMAPPED = "remapped"
    """No user of the host."""
    SHARED = "shared"
    """The user who runs the virtual machine of the engine, for every user of the container."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedGit:
    """A linked worktree's part of its repository. Paths of the host are real and absolute."""

    worktree: str
    common: str
    """The common git folder."""
    entry: str
    """git's folder for the worktree: `COMMON/worktrees/NAME`."""
    link: str
    """The path of `entry` as the worktree's `.git` file has it: absolute, or relative to the worktree."""
    commondir: str
    """The path of `common` as the entry has it: absolute, or relative to the entry."""
    back: str
    """The path of the worktree's `.git` as the entry has it: absolute, or relative to the entry."""
    owner: int
    """The user who owns the repository."""
    protected: tuple[str, ...] = ()
    """What a container must not change, below `common` or `entry`, which exists or is going to."""
    protectable: bool = True
    """Whether all of it can be protected; if not, containers can only read."""
    submodules: bool = False
    """Whether submodules are checked out: their git folders and they name each other by relative paths."""
    borrowed: tuple[str, ...] = ()
    """The object folders of other repositories that this one borrows from."""
