"""The git folders of a worktree, and what in them must not change where a command runs in a sandbox or a container.

What is protected are files that make git on the host run commands, or that say which worktree has which stack.
"""

import contextlib
import os
import stat
from collections.abc import Iterator

from wtc.dataclass import dataclass

_LIMIT_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class GitFolders:
    """Of one worktree. Real absolute paths; for a main worktree, `git_dir` is `common`."""

    worktree: str
    git_dir: str
    common: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectedEntry:
    """An entry of a git folder that is read-only in sandboxes and containers.

    Through it a command inside could have git on the host run a command, or have wtc take another worktree's stack.
    """

    name: str
    folder: bool = False
    created: bool = True
    """Whether it is created, empty, where it is missing: what does not exist cannot be mounted read-only.

    False where git does not take an empty one for a missing one.
    """


IN_COMMON = (
    ProtectedEntry(name="hooks", folder=True),
    ProtectedEntry(name="config"),
    ProtectedEntry(name="config.worktree"),
    ProtectedEntry(name="commondir", created=False),
    ProtectedEntry(name="modules", folder=True),
    ProtectedEntry(name="worktrees", folder=True),
    ProtectedEntry(name="wtc", folder=True),
)
"""In the common git folder; `modules` has the git folders of submodules, each with its configuration and hooks."""
IN_ENTRY = (
    ProtectedEntry(name="commondir", created=False),
    ProtectedEntry(name="gitdir", created=False),
    ProtectedEntry(name="config.worktree"),
    # With an empty folder of this name, `git worktree remove` refuses the worktree for its submodules.
    ProtectedEntry(name="modules", folder=True, created=False),
    ProtectedEntry(name="wtc", folder=True),
)
"""In the folder that git has for a linked worktree."""


def protected_paths(git: GitFolders) -> Iterator[tuple[str, ProtectedEntry]]:
    """Yield each protected path, whether or not it exists: those in the common folder first."""
    yield from ((os.path.join(git.common, one.name), one) for one in IN_COMMON)
    if git.git_dir != git.common:
        yield from ((os.path.join(git.git_dir, one.name), one) for one in IN_ENTRY)


def create_missing(git: GitFolders) -> None:
    """Create what is missing of the protected files and folders, empty, with the owner and access of the git folder.

    What cannot be created is left missing: see `unprotected_paths`.
    """
    for path, one in protected_paths(git):
        if one.created and not os.path.lexists(path):
            with contextlib.suppress(OSError):
                _create_empty(path, folder=one.folder)


def unprotected_paths(git: GitFolders, *, before_creation: bool = False) -> tuple[str, ...]:
    """Return the paths that cannot be protected: symbolic links, which could be replaced, and what is missing.

    With `before_creation`, what `create_missing` could create does not count as missing.
    """

    def is_missing(path: str) -> bool:
        return not os.path.lexists(path) and not (before_creation and os.access(os.path.dirname(path), os.W_OK))

    unprotected = (p for p, one in protected_paths(git) if os.path.islink(p) or (one.created and is_missing(p)))
    return tuple(unprotected)


def read_configuration(git: GitFolders) -> dict[str, bytes]:
    """Return path -> content of what could make git on the host run a command; empty if it is missing.

    These are the protected files, the folders that are not created where they are missing (content `/` if they exist),
    and the worktree's `.git` if it is a symbolic link (its target).
    """
    found: dict[str, bytes] = {}
    for path, one in protected_paths(git):
        if not one.folder:
            found[path] = _content(path)
        elif not one.created:
            found[path] = b"/" if os.path.lexists(path) else b""
    entry = os.path.join(git.worktree, ".git")
    return found | {entry: os.fsencode(os.readlink(entry)) if os.path.islink(entry) else b""}


def borrowed_objects(common: str) -> list[str]:
    """Return the object folders of other repositories that this one borrows from. Source: gitrepository-layout(5)."""
    objects = os.path.join(common, "objects")
    lines = os.fsdecode(_content(os.path.join(objects, "info", "alternates"))).splitlines()
    return [os.path.realpath(os.path.join(objects, line)) for line in lines if line and not line.startswith("#")]


def _create_empty(path: str, *, folder: bool) -> None:
    """Raise OSError if it exists or cannot be created."""
    above = os.stat(os.path.dirname(path))
    if folder:
        os.mkdir(path, 0o700)
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    else:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        if os.fstat(descriptor).st_uid != above.st_uid:
            os.fchown(descriptor, above.st_uid, above.st_gid)
        os.fchmod(descriptor, stat.S_IMODE(above.st_mode) & (0o7777 if folder else 0o666))
    finally:
        os.close(descriptor)


def _content(path: str) -> bytes:
    """Return the beginning of a file; empty if it cannot be read. Do not wait for the writer of a FIFO."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.read(descriptor, _LIMIT_BYTES)
    except OSError:
        return b""
    finally:
        os.close(descriptor)
