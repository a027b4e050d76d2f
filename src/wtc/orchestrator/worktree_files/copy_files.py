"""Copying files into a fresh worktree: what `.worktreeinclude` names, and the copy itself. No file is overwritten."""

import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress

from wtc.dataclass import dataclass
from wtc.errors import WtcError
from wtc.worktrees.git.run_git import NoGitError
from wtc.worktrees.ignored_files import INCLUDE_FILE, list_ignored, list_included
from wtc.worktrees.locate import Worktree, linked_worktrees

_MANY = 10
_FICLONE = 0x40049409
"""Of Linux; other systems refuse it."""
_FEW = 100
"""How many files are synced to the disk; more, such as a `node_modules`, would take minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A copy of a file. Both paths are absolute."""

    path: str
    source: str


def copied_lines(copied: Sequence[Copied], worktree: Worktree) -> Iterator[str]:
    """Return a line for each copy; one line for a folder at the worktree's top that has many."""
    by_top: dict[str, list[Copied]] = {}
    for one in copied:
        by_top.setdefault(os.path.relpath(one.path, worktree.path).partition("/")[0], []).append(one)
    for top, some in by_top.items():
        if len(some) > _MANY:
            root = some[0].source.removesuffix(os.path.relpath(some[0].path, worktree.path)).rstrip("/")
            yield f"{len(some)} files of {_quote_path(top)} were copied from {_quote_path(root)}"
        else:
            for one in some:
                path = os.path.relpath(one.path, worktree.path)
                yield f"{_quote_path(path)} was copied from {_quote_path(one.source)}"


def _quote_path(path: str) -> str:
    """Return the path on one line, with all characters that would break it quoted."""
    return path if path.isprintable() else repr(path)


def copy_included(worktree: Worktree, environment: Mapping[str, str], warn: Callable[[str], None]) -> list[Copied]:
    """Copy the files that `.worktreeinclude` names, git ignores in both worktrees, and are missing here.

    They are those of the main worktree. In a bare repository's layout, each ignored file or folder is that of the
    newest worktree that has it.

    Raises:
        WtcError: a file cannot be read or written.
    """
    others = _other_worktrees(worktree)
    places = (os.path.join(place, INCLUDE_FILE) for place in (worktree.path, *others))
    include_file = next((path for path in places if os.path.isfile(path)), "") if others else ""
    if not include_file:
        return []
    try:
        sources = _sources(others, include_file, environment)
        missing = [name for name in sources if not os.path.lexists(os.path.join(worktree.path, name))]
        wanted = list_ignored(worktree.path, missing, environment)
    except (NoGitError, OSError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        warn(f"`{include_file}` was not followed: {why}")
        return []
    made: list[Copied] = []
    inside: dict[str, bool] = {}
    for name in missing:
        if name not in wanted:
            warn(f"`{name}` was not copied: git does not ignore it in this worktree")
            continue
        source, path = os.path.join(sources[name], name), os.path.join(worktree.path, name)
        folder = os.path.dirname(path)
        if folder not in inside:
            inside[folder] = lies_in(worktree.path, folder)
        if inside[folder] and copy_file(source, path, safely=len(missing) <= _FEW):
            made.append(Copied(path=path, source=source))
    return made


def _other_worktrees(worktree: Worktree) -> tuple[str, ...]:
    """Return the worktrees that a linked one gets files from, the preferred one first."""
    if not worktree.linked:
        return ()
    if worktree.main:
        return (worktree.main,)
    return tuple(w.path for w in linked_worktrees(worktree) if w.path != worktree.path and os.path.isdir(w.path))


def _sources(worktrees: Sequence[str], include_file: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the worktree of each included file: path in it -> worktree. A folder is never put together from several.

    Raises:
        NoGitError: git failed.
    """
    found: dict[str, str] = {}
    owners: dict[str, str] = {}
    for worktree in worktrees:
        for name, entry in list_included(worktree, include_file, environment).items():
            if owners.setdefault(entry, worktree) == worktree:
                found.setdefault(name, worktree)
    return found


def copy_file(source: str, path: str, *, safely: bool = True) -> bool:
    """Copy a file atomically, with its permissions. Return False if the destination exists.

    A symbolic link is copied as a link. Pipes, sockets and devices are skipped. With `safely` the copy is synced.

    Raises:
        WtcError: it cannot be read or written.
    """
    import shutil

    new = f"{path}.wtc-{os.getpid()}"
    try:
        mode = os.lstat(source).st_mode
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if stat.S_ISLNK(mode):
            os.symlink(os.readlink(source), path)
            return True
        if not stat.S_ISREG(mode):
            return False
        with suppress(FileNotFoundError):
            os.unlink(new)
        # Closed to others until it has its own permissions.
        with open(source, "rb") as content, open(_exclusive(new), "wb") as copied:
            if not _clone(content.fileno(), copied.fileno()):
                shutil.copyfileobj(content, copied)
                copied.flush()
            os.fchmod(copied.fileno(), stat.S_IMODE(mode))
            if safely:
                os.fsync(copied.fileno())
        return _link_into_place(new, path)
    except FileExistsError:
        return False
    except OSError as error:
        raise WtcError(
            f"cannot copy `{source}` to `{path}`", causes=[(error.strerror or str(error)).lower()]
        ) from error
    finally:
        with suppress(OSError):
            os.unlink(new)


def _clone(source: int, copy: int) -> bool:
    """Let an empty file share the blocks of another one until either changes; return False if the file system cannot.

    A hard link would be as quick and work on more file systems, but a program that writes into the file of one
    worktree would change the other's. Source: ioctl_ficlone(2).
    """
    import fcntl

    try:
        fcntl.ioctl(copy, _FICLONE, source)
    except OSError:
        return False
    return True


def _exclusive(path: str) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def _link_into_place(new: str, path: str) -> bool:
    """Give the file its name unless it is taken: a hard link, unlike a rename, never replaces a file."""
    try:
        os.link(new, path)
    except FileExistsError:
        return False
    except OSError:
        # A file system without hard links.
        if os.path.lexists(path):
            return False
        os.rename(new, path)
    return True


def lies_in(worktree: str, path: str) -> bool:
    """Return whether the path leads into the worktree, its symbolic links resolved; it may be missing."""
    real = os.path.realpath(path)
    return real == worktree or real.startswith(worktree.rstrip("/") + "/")
