"""Locks between processes: filelock on the kernel's `flock`, which the kernel releases when the process ends."""

import os
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filelock import BaseFileLock

_POLL_S = 0.01
AGAIN_S = 8.0
"""So that a command that waits is never silent for ten seconds."""


def acquire_lock(path: str, *, patience_s: float, waiting: Callable[[str], None]) -> "BaseFileLock":
    """Lock the file at `path` against other processes, and against other calls in this one.

    `waiting` is called with the holder's process id ("" if not known) if that takes longer than `patience_s`, and then
    every `AGAIN_S`.

    Raises:
        OSError: the file cannot be created or locked.
    """
    # The import takes as long as the rest of a short command: commands that only read do not need it.
    from filelock import FileLock, Timeout

    lock = FileLock(path, mode=0o600, poll_interval=_POLL_S)
    while not lock.is_locked:
        try:
            lock.acquire(timeout=patience_s)
        except Timeout:
            waiting(_holder(path))
            patience_s = AGAIN_S
    # The process id only informs those who wait; on a full disk the lock is held without it.
    with suppress(OSError), open(path, "w", encoding="ascii") as file:
        file.write(f"{os.getpid()}\n")
    return lock


def inheritable_lock(path: str, *, create: bool = True) -> int | None:
    """Return the lock as a descriptor for another process to inherit; it is held until every copy is closed.

    Return None, without waiting, if the lock is held. Without `create` the file has to exist.

    Raises:
        OSError: the file cannot be created or locked.
    """
    import fcntl

    descriptor = os.open(path, os.O_RDWR | (os.O_CREAT if create else 0), 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # The process id in the file is the previous holder's.
        os.ftruncate(descriptor, 0)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def release_lock(lock: "BaseFileLock") -> None:
    """Release the lock; the file stays, because another process may wait for it."""
    lock.release()


def discard_lock(lock: "BaseFileLock", path: str) -> None:
    """Release the lock and remove its file; a process that waits for it notices, and creates a new one."""
    with suppress(OSError):
        os.unlink(path)
    lock.release()


def _holder(path: str) -> str:
    try:
        with open(path, encoding="ascii") as file:
            return file.read().strip()
    except (OSError, ValueError):
        return ""
