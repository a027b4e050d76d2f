"""What git needs inside a sandbox, and what must not change there: files that make git on the host run commands."""

import contextlib
import os
import stat
from collections.abc import Iterator

from wtc.dataclass import dataclass
from wtc.model.git import PROTECTED_IN_COMMON, PROTECTED_IN_ENTRY, ProtectedEntry
from wtc.sandbox.view import Mount

_LIMIT_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class GitFolders:
    """Of one worktree. Real absolute paths; for a main worktree, `git_dir` is `common`."""

    worktree: str
    git_dir: str
    common: str


def git_mounts(git: GitFolders) -> tuple[Mount, ...]:
    """Return the mounts with which git works in the worktree, in mount order.

    The common folder is writable, because commits go there. Hooks, configuration, git folders of submodules, entries of
    other worktrees, wtc's records, and the files that connect the worktree with its repository are read-only. Only
    what exists is mounted: call `create_missing` first. If a path cannot be protected, everything is read-only.

    A file is covered only until the host replaces it: when git on the host rewrites `config`, a sandbox that already
    runs can write the new one. `read_configuration` before and after shows it.
    """
    writable = not unprotected_paths(git)
    mounts = [Mount(path=git.common, writable=writable)]
    if writable:
        mounts += [Mount(path=path) for path, _ in _protected(git.common, PROTECTED_IN_COMMON)]
    else:
        mounts += [Mount(path=path) for path in _link_targets(git.common)]
    if git.git_dir != git.common:
        mounts.append(Mount(path=git.git_dir, writable=writable))
        mounts += [Mount(path=path) for path, _ in _protected(git.git_dir, PROTECTED_IN_ENTRY)] if writable else []
    entry = os.path.join(git.worktree, ".git")
    if os.path.isfile(entry):
        mounts.append(Mount(path=entry))
    mounts += [Mount(path=path) for path in borrowed_objects(git.common)]
    return tuple(mount for mount in mounts if os.path.exists(mount.path))


def create_missing(git: GitFolders) -> None:
    """Create what is missing of the protected files and folders, empty, with the owner and access of the git folder.

    What cannot be created is left missing: see `unprotected_paths`.
    """
    for path, one in _all_protected(git):
        if one.created and not os.path.lexists(path):
            with contextlib.suppress(OSError):
                _create_empty(path, folder=one.folder)


def unprotected_paths(git: GitFolders) -> tuple[str, ...]:
    """Return the paths that cannot be protected: symbolic links, which could be replaced, and what is still missing."""
    return tuple(
        path for path, one in _all_protected(git) if os.path.islink(path) or (one.created and not os.path.lexists(path))
    )


def read_configuration(git: GitFolders) -> dict[str, bytes]:
    """Return path -> content of what could make git on the host run a command; empty if it is missing.

    These are the protected files, the folders that are not created where they are missing (content `/` if they exist),
    and the worktree's `.git` if it is a symbolic link (its target).
    """
    found: dict[str, bytes] = {}
    for path, one in _all_protected(git):
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


def _all_protected(git: GitFolders) -> Iterator[tuple[str, ProtectedEntry]]:
    yield from _protected(git.common, PROTECTED_IN_COMMON)
    if git.git_dir != git.common:
        yield from _protected(git.git_dir, PROTECTED_IN_ENTRY)


def _protected(folder: str, entries: tuple[ProtectedEntry, ...]) -> Iterator[tuple[str, ProtectedEntry]]:
    return ((os.path.join(folder, one.name), one) for one in entries)


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


def _link_targets(common: str) -> list[str]:
    """Return what symbolic links of the git folder lead to, for a repository that shares parts of another one."""
    paths = [*(os.path.join(common, name) for name in sorted(os.listdir(common))), os.path.join(common, "logs", "refs")]
    return [os.path.realpath(path) for path in paths if os.path.islink(path)]


def _content(path: str) -> bytes:
    """The beginning of a file; empty if it cannot be read. Does not wait for the writer of a FIFO."""
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
