"""Locks between processes, with the kernel's `flock`, which ends with the process; filelock waits for a held one."""

import os
from collections.abc import Callable
from contextlib import suppress

from wtc.regular_file import read_regular_file
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filelock import BaseFileLock

_POLL_S = 0.01
_HOLDER_BYTES = 100
AGAIN_S = 8.0
"""So that a command that waits is never silent for ten seconds."""


class HeldLock:
    """A lock that this process holds, by a descriptor of its file or by filelock."""

    def __init__(self, held: "int | BaseFileLock") -> None:
        self._held = held

    def release(self) -> None:
        """Release the lock; the file stays, because another process may wait for it."""
        if isinstance(self._held, int):
            os.close(self._held)
        else:
            self._held.release()

    def discard(self, path: str) -> None:
        """Release the lock and remove its file; a process that waits for it notices, and creates a new one."""
        with suppress(OSError):
            os.unlink(path)
        self.release()


def acquire_lock(path: str, *, patience_s: float, waiting: Callable[[str], None]) -> HeldLock:
    """Lock the file at `path` against other processes, and against other calls in this one.

    `waiting` is called with the holder's process id ("" if not known) if that takes longer than `patience_s`, and then
    every `AGAIN_S`.

    Raises:
        OSError: the file cannot be created or locked.
    """
    lock = _lock_if_free(path) or _wait_for_lock(path, patience_s, waiting)
    # The process id only informs those who wait; on a full disk the lock is held without it.
    with suppress(OSError), open(path, "w", encoding="utf-8") as file:
        file.write(f"{os.getpid()}\n")
    return lock


def _lock_if_free(path: str) -> HeldLock | None:
    """Take a lock that nothing holds, without filelock. Return None if that failed: filelock finds out why."""
    try:
        descriptor = inheritable_lock(path)
    except OSError:
        return None
    if descriptor is None:
        return None
    # The previous holder may have removed the file after it was opened here.
    with suppress(OSError):
        if os.path.samestat(os.fstat(descriptor), os.stat(path, follow_symlinks=False)):
            return HeldLock(descriptor)
    os.close(descriptor)
    return None


def _wait_for_lock(path: str, patience_s: float, waiting: Callable[[str], None]) -> HeldLock:
    # The import takes as long as the rest of a short command, and most locks are free.
    from filelock import FileLock, Timeout

    lock = FileLock(path, mode=0o600, poll_interval=_POLL_S)
    while not lock.is_locked:
        try:
            lock.acquire(timeout=patience_s)
        except Timeout:
            waiting(_holder(path))
            patience_s = AGAIN_S
    return HeldLock(lock)


def inheritable_lock(path: str, *, create: bool = True) -> int | None:
    """Return the lock as a descriptor for another process to inherit; it is held until every copy is closed.

    Return None, without waiting, if the lock is held. Without `create` the file has to exist.

    Raises:
        OSError: the file cannot be created or locked.
    """
    import fcntl

    descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | (os.O_CREAT if create else 0), 0o600)
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


def _holder(path: str) -> str:
    try:
        return read_regular_file(path, limit_bytes=_HOLDER_BYTES).decode("ascii").strip()
    except (OSError, ValueError):
        return ""
