"""Changes to a tree of folders, all of them or none, even if the process is killed at any instant.

    .wtc-journal/0, 1, ...        the new content of each changed object
    .wtc-journal/record           the changes, as JSON; they are made once this file exists
    .wtc-journal/removed-0, ...   what was removed

Without a record, the journal is discarded. With one, it is replayed: every step is one rename or mkdir, and a step that
was done before is recognised, so that a replay can be killed and repeated as well. All of this happens under the
root's lock, and the caller holds it.
"""

import errno
import json
import os
import stat
from collections.abc import Iterable
from typing import cast

from wtc.artifacts.drivers.folders import open_folder, remove_all, write_file
from wtc.artifacts.drivers.storage import Changes
from wtc.artifacts.errors import JournalError
from wtc.artifacts.paths import JOURNAL_NAME, Segments, split_path

_RECORD = "record"
_NEW_RECORD = "record.new"
_VERSION = 1


def recover(root: int) -> None:
    """Finish, or discard, the changes of a process that was killed while it made them.

    Raises:
        JournalError: this version cannot read the journal, or its changes cannot be applied; it is kept.
    """
    try:
        os.stat(JOURNAL_NAME, dir_fd=root, follow_symlinks=False)
    except FileNotFoundError:
        return
    with open_folder(root, (JOURNAL_NAME,)) as journal:
        if _exists(journal, _RECORD):
            _finish(root, journal, _read_record(journal))
    remove_all(root, JOURNAL_NAME)


def apply(root: int, changes: Changes) -> None:
    """Apply the changes below the open folder `root`, which has no journal.

    Raises:
        OSError: a change cannot be made; nothing has changed.
        JournalError: a change cannot be made, but the record exists already: the next `recover` makes it.
    """
    for path in _changed_paths(changes):
        _check_writable(root, path)
    os.mkdir(JOURNAL_NAME, 0o700, dir_fd=root)
    try:
        with open_folder(root, (JOURNAL_NAME,)) as journal:
            for number, (path, data) in enumerate(changes.objects.items()):
                write_file(journal, str(number), data, mode=_mode_of(root, path))
            if _is_one_rename(changes):
                _replay(root, journal, changes)
            else:
                os.fsync(root)
                _write_record(journal, changes)
                _finish(root, journal, changes)
    except BaseException:
        _discard_unrecorded(root)
        raise
    remove_all(root, JOURNAL_NAME)


def _is_one_rename(changes: Changes) -> bool:
    """Return whether the system makes the changes in one step, so that no record is necessary."""
    return len(changes.objects) == 1 and not changes.removed and not changes.collections


def _finish(root: int, journal: int, changes: Changes) -> None:
    """Apply the recorded changes.

    Raises:
        JournalError: the system refuses one of them.
    """
    try:
        _replay(root, journal, changes)
    except OSError as error:
        raise JournalError(
            f"the commit that is recorded in `{JOURNAL_NAME}` cannot be finished", causes=[str(error)]
        ) from error


def _replay(root: int, journal: int, changes: Changes) -> None:
    """Apply each change that is not applied yet, make all of them durable, and remove the record."""
    for number, path in enumerate(changes.removed):
        if not _exists(journal, f"removed-{number}"):
            with open_folder(root, path[:-1]) as parent:
                os.rename(path[-1], f"removed-{number}", src_dir_fd=parent, dst_dir_fd=journal)
    for path in changes.collections:
        with open_folder(root, path[:-1]) as parent:
            if not _exists(parent, path[-1]):
                os.mkdir(path[-1], dir_fd=parent)
    for number, path in enumerate(changes.objects):
        if _exists(journal, str(number)):
            with open_folder(root, path[:-1]) as parent:
                os.rename(str(number), path[-1], src_dir_fd=journal, dst_dir_fd=parent)
    for path in sorted({*changes.collections, *(path[:-1] for path in _changed_paths(changes))}):
        with open_folder(root, path) as folder:
            os.fsync(folder)
    if _exists(journal, _RECORD):
        os.unlink(_RECORD, dir_fd=journal)
        # If the record came back after a power failure, without what it names, its removals would be made again.
        os.fsync(journal)


def _changed_paths(changes: Changes) -> Iterable[Segments]:
    """Return each path whose parent folder changes, except parents that are removed."""
    return (*changes.removed, *changes.collections, *changes.objects)


def _write_record(journal: int, changes: Changes) -> None:
    document = {
        "version": _VERSION,
        "removed": changes.removed,
        "collections": changes.collections,
        "objects": list(changes.objects),
    }
    write_file(journal, _NEW_RECORD, json.dumps(document).encode(), mode=None)
    os.rename(_NEW_RECORD, _RECORD, src_dir_fd=journal, dst_dir_fd=journal)
    os.fsync(journal)


def _read_record(journal: int) -> Changes:
    """Return the recorded changes; the objects are without content, which is in the journal."""
    with open(os.open(_RECORD, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=journal), "rb") as file:
        content = file.read()
    try:
        document = json.loads(content)
        _check_version(document["version"])
        return Changes(
            removed=_paths(document["removed"]),
            collections=_paths(document["collections"]),
            objects=dict.fromkeys(_paths(document["objects"]), b""),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise JournalError(
            f"the journal `{JOURNAL_NAME}` of an unfinished commit cannot be read", causes=[str(error)]
        ) from error


def _check_version(version: object) -> None:
    if version != _VERSION:
        raise ValueError(f"it has version {version}, and this wtc reads version {_VERSION}")


def _paths(entries: object) -> tuple[Segments, ...]:
    return tuple(split_path("/".join(entry)) for entry in cast("list[list[str]]", entries))


def _discard_unrecorded(root: int) -> None:
    with open_folder(root, (JOURNAL_NAME,)) as journal:
        if _exists(journal, _RECORD):
            return
    remove_all(root, JOURNAL_NAME)


def _check_writable(root: int, path: Segments) -> None:
    """Find out, before anything changes, whether the folder that a path is in can be changed."""
    for end in range(len(path) - 1, -1, -1):
        try:
            with open_folder(root, path[:end]) as folder:
                if os.fstat(folder).st_dev != os.fstat(root).st_dev:
                    raise OSError(
                        errno.EXDEV, "it is on another filesystem than the mounted root", "/".join(path[:end])
                    )
                if not os.access(".", os.W_OK | os.X_OK, dir_fd=folder):
                    raise PermissionError(errno.EACCES, "the folder is not writable", "/".join(path[:end]) or ".")
                return
        except (FileNotFoundError, NotADirectoryError):
            continue


def _mode_of(root: int, path: Segments) -> int | None:
    """Return the permissions of the object that new content replaces; None if it does not exist."""
    try:
        with open_folder(root, path[:-1]) as parent:
            return stat.S_IMODE(os.stat(path[-1], dir_fd=parent, follow_symlinks=False).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _exists(folder: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True
