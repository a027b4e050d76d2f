"""Read facts about folders and repositories, without starting git. `identity.py` decides what they prove."""

import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache

from wtc.errors import WtcError
from wtc.model.identity import (
    Ancestor,
    GitState,
    Identity,
    Lock,
    PathFacts,
    Presence,
    RepositoryFacts,
    WorktreeEntry,
)
from wtc.worktrees.identity import UNREADABLE, WorktreeFacts
from wtc.worktrees.locate import Worktree, read_beginning, read_link_file, worktree_at
from wtc.worktrees.worktree_id import UnreadableIdError, create_id, read_id, record_id, recorded_moves, recorded_paths

_PID = r"\bpid[ =:]*(\d{1,9})\b"
WTC_REASON = "created by `wtc worktree add`"
"""The prefix of the reason of a git lock that wtc may release."""
_OCTAL = r"\\([0-7]{3})"


def read_path(path: str) -> PathFacts:
    """Read the facts about a path."""
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return _missing_facts(path)
    except (OSError, ValueError):
        return PathFacts(path=path, presence=Presence.UNKNOWN)
    if not stat.S_ISDIR(found.st_mode):
        return PathFacts(path=path, presence=Presence.UNKNOWN)
    state, worktree = _git_state(path)
    return PathFacts(
        path=path,
        presence=Presence.PRESENT,
        mounted=_is_mount(path),
        git=state,
        id=read_held_id(worktree) if worktree else "",
        git_inode=inode_of(worktree.common) if worktree else 0,
        parents=list_ancestors(path),
    )


def read_worktree(worktree: Worktree, directory: str, host: str, *, create: bool = False) -> WorktreeFacts:
    """Read the worktree that a command acts on. With `create`, a worktree without an id gets one.

    Outside git, in a copy of a linked worktree, and if git's folder is not writable, the path is the identity.

    Raises:
        UnreadableIdError: the id file exists and cannot be used.
    """
    original = copy_origin(worktree)
    found = read_id(worktree.git_dir) if worktree.git_dir and not original else None
    worktree_id = found.id if found and not found.copied else ""
    if create and not worktree_id and worktree.git_dir and not original:
        with suppress(OSError):
            worktree_id = create_id(worktree.git_dir)
    if create and worktree_id:
        with suppress(OSError):
            record_id(worktree.common, worktree_id)
    moves = recorded_paths(worktree.common, worktree_id) if worktree_id else ()
    identity = Identity(
        id=worktree_id,
        host=host,
        git=worktree.common,
        git_inode=inode_of(worktree.common) if worktree.common else 0,
        directory=directory,
        parents=list_ancestors(worktree.path),
        git_dir=worktree.git_dir if worktree_id else "",
        former_paths=tuple(path for path in moves if path != worktree.path),
    )
    copied_id = found.id if found and found.copied else ""
    return WorktreeFacts(path=worktree.path, identity=identity, copied_id=copied_id, copied_from=original)


def read_held_id(worktree: Worktree) -> str:
    """Return the id of the worktree; empty if it has none or is a copy; `UNREADABLE` if the id cannot be read."""
    if not worktree.git or copy_origin(worktree):
        return ""
    try:
        found = read_id(worktree.git_dir)
    except UnreadableIdError:
        return UNREADABLE
    return found.id if found and not found.copied else ""


def copy_origin(worktree: Worktree) -> str:
    """Return the linked worktree of which this folder is a copy; empty if git's folder points to this one."""
    if not worktree.linked:
        return ""
    back = listed_path(worktree.git_dir)
    copy = bool(back) and not _is_same_file(back, worktree.path) and _leads_to(back, worktree.git_dir)
    return back if copy else ""


def read_repository(common: str) -> RepositoryFacts:
    """Read the repository with this common git folder and all worktrees that it lists."""
    inode = inode_of(common)
    if not inode or not os.path.lexists(os.path.join(common, "HEAD")):
        return RepositoryFacts(path=common)
    return RepositoryFacts(
        path=common,
        inode=inode,
        worktrees=tuple(_entries(common)),
        moved=recorded_moves(common),
    )


def list_ancestors(path: str) -> tuple[Ancestor, ...]:
    """Return an existing folder and its parents up to the root; empty if one is not accessible."""
    found: list[Ancestor] = []
    try:
        for folder in _folders_upwards(path):
            status = os.stat(folder)
            found.append(Ancestor(inode=status.st_ino, filesystem=_filesystem(folder), mount=_is_mount(folder)))
    except OSError:
        return ()
    return tuple(found)


def inode_of(path: str) -> int:
    """Return the inode at a path; 0 if nothing exists there or it is not accessible."""
    try:
        return os.stat(path).st_ino
    except (OSError, ValueError):
        return 0


def _missing_facts(path: str) -> PathFacts:
    """Return the facts about a missing path: its nearest existing parent. A broken link on the way proves nothing."""
    for depth, folder in enumerate(_folders_upwards(path)):
        try:
            if stat.S_ISDIR(os.stat(folder).st_mode):
                return PathFacts(path=path, presence=Presence.MISSING, depth=depth, parents=list_ancestors(folder))
        except (FileNotFoundError, NotADirectoryError):
            if os.path.lexists(folder):
                break
        except OSError:
            break
    return PathFacts(path=path, presence=Presence.UNKNOWN)


def _folders_upwards(path: str) -> Iterator[str]:
    while True:
        yield path
        above = os.path.dirname(path)
        if above == path:
            return
        path = above


def _filesystem(folder: str) -> str:
    """Return the filesystem's id if it has one, else the device number."""
    return f"{os.statvfs(folder).f_fsid or os.stat(folder).st_dev:x}"


def _is_mount(path: str) -> bool:
    return path in _mount_points() or os.path.ismount(path)


@lru_cache(maxsize=1)
def _mount_points() -> frozenset[str]:
    """Return all mount points of this process, with bind mounts, which a device number does not show."""
    if sys.platform != "linux":
        return frozenset()
    try:
        with open("/proc/self/mountinfo", "rb") as file:
            fields = [line.split(b" ") for line in file.read().splitlines()]
    except OSError:
        return frozenset()
    return frozenset(_unescaped(os.fsdecode(each[4])) for each in fields if len(each) > 4)


def _unescaped(text: str) -> str:
    """Decode the octal escapes of space, tab, newline and backslash. Source: proc(5), mountinfo."""
    return re.sub(_OCTAL, lambda match: chr(int(match[1], 8)), text) if "\\" in text else text


def _git_state(path: str) -> tuple[GitState, Worktree | None]:
    if not os.path.lexists(os.path.join(path, ".git")):
        return GitState.NONE, None
    try:
        worktree = worktree_at(path)
    except WtcError:
        return GitState.BROKEN, None
    if worktree.git and os.path.isdir(worktree.git_dir):
        return GitState.WORKTREE, worktree
    return GitState.BROKEN, None


def _entries(common: str) -> Iterator[WorktreeEntry]:
    main = os.path.dirname(common)
    if os.path.basename(common) == ".git":
        yield WorktreeEntry(path=main, git_dir=common, id=_entry_id(common), holds=True)
    folder = os.path.join(common, "worktrees")
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return
    for name in names:
        git_dir = os.path.join(folder, name)
        if path := listed_path(git_dir):
            yield WorktreeEntry(
                path=path,
                git_dir=os.path.realpath(git_dir),
                id=_entry_id(git_dir),
                lock=git_lock_state(git_dir),
                holds=_leads_to(path, os.path.realpath(git_dir)),
            )


def _entry_id(git_dir: str) -> str:
    try:
        found = read_id(git_dir)
    except UnreadableIdError:
        return UNREADABLE
    return found.id if found and not found.copied else ""


def listed_path(git_dir: str) -> str:
    """Return the folder of a linked worktree, as its repository lists it; it may be missing."""
    entry = read_link_file(os.path.join(git_dir, "gitdir"), "", git_dir)
    return os.path.dirname(entry) if entry else ""


def _leads_to(folder: str, git_dir: str) -> bool:
    found = read_link_file(os.path.join(folder, ".git"), "gitdir: ", folder)
    return bool(found) and _is_same_file(found, git_dir)


def _is_same_file(one: str, other: str) -> bool:
    """Compare by device and inode, or by path if one of them does not exist."""
    try:
        return os.path.samefile(one, other)
    except OSError:
        return one == other


def git_lock_state(git_dir: str) -> Lock:
    """Return the state of git's lock on the worktree with this git folder."""
    path = os.path.join(git_dir, "locked")
    if not os.path.lexists(path):
        return Lock.NONE
    return lock_state(lock_reason(git_dir))


def lock_state(reason: str) -> Lock:
    """Return the state of a lock with this reason: stale if it names a dead process as `pid=<n>`."""
    if reason.startswith(WTC_REASON):
        return Lock.WTC
    pid = lock_pid(reason)
    return Lock.STALE if pid and not _is_alive(pid) else Lock.LIVE


def lock_pid(reason: str) -> int:
    """Return the process id in a lock's reason; 0 without one."""
    found = re.search(_PID, reason)
    return int(found[1]) if found else 0


def lock_reason(git_dir: str) -> str:
    """Return the reason of the lock on the worktree with this git folder; empty without one."""
    return read_beginning(os.path.join(git_dir, "locked")).strip()


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
