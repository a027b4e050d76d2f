"""Read and write the random id of a worktree, in `wtc/id` in git's folder for it, and the records of its moves.

Each linked worktree has its git folder, which `git worktree remove` deletes. The id file contains its inode number, so
that a copy of the folder is recognised. See `.context/plans/design.md`.
"""

import contextlib
import json
import os
import re
import stat
from collections.abc import Callable, Collection, Generator
from contextlib import contextmanager

from wtc.dataclass import dataclass
from wtc.errors import WtcError
from wtc.static_typing import cast

FOLDER = "wtc"
LOCK = "lock"
_FILE = "id"
_MOVES = "moves"
_STOPPED = "stopped"
_IDS = "ids"
_ID = re.compile(r"[0-9a-f]{32}")
_LIMIT_BYTES = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class WorktreeId:
    """The id in an id file. `copied`: the file is a copy, so the id belongs to another worktree."""

    id: str
    copied: bool = False


class UnreadableIdError(WtcError):
    """An id file exists and is not valid."""

    code = "unreadable_id"


def read_id(git_dir: str) -> WorktreeId | None:
    """Return the id in a git folder; None without an id file.

    Raises:
        UnreadableIdError: the file exists and is not valid, or cannot be read.
    """
    path = os.path.join(git_dir, FOLDER, _FILE)
    try:
        content, inode = _read_regular_file(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _unreadable(path, (error.strerror or str(error)).lower()) from error
    try:
        found: object = json.loads(content)
    except (ValueError, RecursionError):
        raise _unreadable(path, "it is not JSON") from None
    entry = cast("dict[str, object]", found) if isinstance(found, dict) else {}
    text, recorded = entry.get("id"), entry.get("inode")
    if not isinstance(text, str) or not _ID.fullmatch(text) or type(recorded) is not int:
        raise _unreadable(path, "it does not contain an id and an inode")
    return WorktreeId(id=text, copied=recorded != inode)


def create_id(git_dir: str, *, worktree_id: str = "") -> str:
    """Create the id file and return its id: a random one, or `worktree_id`. An existing valid id is kept.

    Raises:
        OSError: the folder is not writable.
        UnreadableIdError: the file exists and is not valid.
    """
    wanted = worktree_id or os.urandom(16).hex()
    with _folder(git_dir) as folder:
        present = read_id(git_dir)
        if present and not present.copied and worktree_id in {"", present.id}:
            return present.id
        _write(folder, git_dir, wanted, replace=present is not None)
    created = read_id(git_dir)
    return created.id if created else wanted


def record_id(common: str, worktree_id: str) -> None:
    """Record in the common git folder that a worktree of this repository has the id.

    A new clone of the repository can get the inode of the old one, but does not have these records.

    Raises:
        OSError: the folder is not writable.
    """
    if not has_record(common, worktree_id):
        with _folder(common) as folder, _folder_in(folder, _IDS, common) as recorded:
            _create_empty(recorded, worktree_id, common)


def has_record(common: str, worktree_id: str) -> bool:
    """Return whether a worktree of this repository has the id, or had it before it was removed."""
    valid = _ID.fullmatch(worktree_id) is not None
    return valid and os.path.lexists(os.path.join(common, FOLDER, _IDS, worktree_id))


def forget_id(common: str, worktree_id: str) -> None:
    """Remove the records of an id and its moves from the common git folder, if the folder is writable."""
    for records in (_MOVES, _IDS) if _ID.fullmatch(worktree_id) else ():
        with contextlib.suppress(OSError):
            os.unlink(os.path.join(common, FOLDER, records, worktree_id))


def record_move(common: str, worktree_id: str, path: str) -> None:
    """Record in the common git folder that the worktree with this id is at `path`; the latest path is the last.

    Raises:
        OSError: the folder is not writable.
    """
    paths = [p for p in recorded_paths(common, worktree_id) if p != path]
    with _folder(common) as folder, _folder_in(folder, _MOVES, common) as moves:
        _write_list(moves, worktree_id, common, [*paths, path])


def recorded_paths(common: str, worktree_id: str) -> tuple[str, ...]:
    """Return the paths that moves and adoptions recorded for this id, the latest last."""
    paths = _read_list(os.path.join(common, FOLDER, _MOVES, worktree_id))
    return tuple(path for path in paths if path.startswith("/"))


def recorded_moves(common: str) -> dict[str, tuple[str, ...]]:
    """Return id -> `recorded_paths`, for each id with a record."""
    try:
        names = os.listdir(os.path.join(common, FOLDER, _MOVES))
    except OSError:
        return {}
    return {name: recorded_paths(common, name) for name in sorted(names) if _ID.fullmatch(name)}


def record_stopped(git_dir: str, containers: Collection[str]) -> None:
    """Record the ids of the containers that are stopped while the worktree is removed.

    Raises:
        OSError: the folder is not writable.
    """
    with _folder(git_dir) as folder:
        _write_list(folder, _STOPPED, git_dir, sorted(containers))


def recorded_stopped(git_dir: str) -> tuple[str, ...]:
    """Return the ids from `record_stopped`: an interrupted removal left these containers stopped."""
    return _read_list(os.path.join(git_dir, FOLDER, _STOPPED))


def forget_stopped(git_dir: str) -> None:
    """Remove the record of `record_stopped`, if the folder is writable."""
    with contextlib.suppress(OSError):
        os.unlink(os.path.join(git_dir, FOLDER, _STOPPED))


def lock_path(git_dir: str, name: str = LOCK) -> str:
    """Return the path of a lock file (default: that of the worktree's stacks), which is created if it is missing.

    Raises:
        OSError: the folder is not writable.
    """
    with _folder(git_dir) as folder:
        _create_empty(folder, name, git_dir)
        if not stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            raise FileExistsError(f"`{git_dir}/{FOLDER}/{name}` is not a file")
    return os.path.join(git_dir, FOLDER, name)


def _read_list(path: str) -> tuple[str, ...]:
    """Return the strings in a file with a JSON list; empty if it cannot be read."""
    try:
        content, _ = _read_regular_file(path)
        found: object = json.loads(content)
    except (OSError, ValueError, RecursionError):
        return ()
    items = cast("list[object]", found) if isinstance(found, list) else []
    return tuple(item for item in items if isinstance(item, str))


def _read_regular_file(path: str) -> tuple[bytes, int]:
    """Return content and inode of a regular file; symbolic links are not followed."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError("it is not a regular file")
        return os.read(descriptor, _LIMIT_BYTES), found.st_ino
    finally:
        os.close(descriptor)


@contextmanager
def _folder(git_dir: str) -> Generator[int]:
    """Open wtc's folder in a git folder."""
    parent = os.open(git_dir, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with _folder_in(parent, FOLDER, git_dir) as folder:
            yield folder
    finally:
        os.close(parent)


@contextmanager
def _folder_in(parent: int, name: str, git_dir: str) -> Generator[int]:
    """Open a folder, created with the owner and mode of the git folder if it is missing."""
    created = False
    with contextlib.suppress(FileExistsError):
        os.mkdir(name, 0o700, dir_fd=parent)
        created = True
    folder = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
    try:
        if created:
            _give(folder, git_dir, stat.S_IMODE(os.stat(git_dir).st_mode))
        yield folder
    finally:
        os.close(folder)


def _create_empty(folder: int, name: str, git_dir: str) -> None:
    """Create an empty file with the owner of the git folder, unless it exists."""
    with contextlib.suppress(FileExistsError):
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(name, flags, 0o600, dir_fd=folder)
        try:
            _give(descriptor, git_dir, _file_mode(git_dir))
        finally:
            os.close(descriptor)


def _give(descriptor: int, git_dir: str, mode: int) -> None:
    """Set the mode of a file and, if this user may, the owner of the git folder."""
    owner, own = os.stat(git_dir), os.fstat(descriptor)
    if (owner.st_uid, owner.st_gid) != (own.st_uid, own.st_gid):
        with contextlib.suppress(OSError):
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
    os.fchmod(descriptor, mode)


def _file_mode(git_dir: str) -> int:
    return stat.S_IMODE(os.stat(git_dir).st_mode) & 0o666


def _write(folder: int, git_dir: str, worktree_id: str, *, replace: bool) -> None:
    """Write the id file atomically. Without `replace`, an existing file is kept."""

    def content(inode: int) -> bytes:
        return (json.dumps({"id": worktree_id, "inode": inode}) + "\n").encode()

    with _new_file(folder, _FILE, git_dir, content) as temporary:
        if not replace:
            try:
                # A hard link never replaces a file, and keeps the inode that the file records.
                os.link(temporary, _FILE, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
            except FileExistsError:
                return
            except OSError:
                # The filesystem has no hard links.
                replace = not os.path.lexists(os.path.join(git_dir, FOLDER, _FILE))
        if replace:
            os.rename(temporary, _FILE, src_dir_fd=folder, dst_dir_fd=folder)


def _write_list(folder: int, name: str, git_dir: str, texts: Collection[str]) -> None:
    """Write a file with a JSON list atomically."""
    content = json.dumps(list(texts)).encode()
    with _new_file(folder, name, git_dir, lambda _inode: content) as temporary:
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)


@contextmanager
def _new_file(folder: int, name: str, git_dir: str, content: Callable[[int], bytes]) -> Generator[str]:
    """Create a temporary file with the owner of the git folder, for the body only; `content` gets its inode."""
    temporary = f"{name}.{os.getpid()}.{os.urandom(4).hex()}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        descriptor = os.open(temporary, flags, 0o600, dir_fd=folder)
        try:
            os.write(descriptor, content(os.fstat(descriptor).st_ino))
            _give(descriptor, git_dir, _file_mode(git_dir))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        yield temporary
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary, dir_fd=folder)


def _unreadable(path: str, why: str) -> UnreadableIdError:
    return UnreadableIdError(
        f"cannot read the worktree's id in `{path}`",
        causes=[why],
        hints=[f"to give the worktree a new id, remove `{path}`, then take its stack over with `wtc up --adopt`"],
    )
