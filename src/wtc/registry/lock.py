"""Locks between processes: filelock, which has the kernel's `flock` underneath, and that ends with its process."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filelock import BaseFileLock

_POLL_S = 0.01


def acquire(path: Path, *, patience_s: float, waiting: Callable[[str], None]) -> "BaseFileLock":
    """Locks the file at `path`, which no other process (nor another call in this one) then holds.

    `waiting` is called once with the holder's process id ("" where it is not known) when it takes over `patience_s`.

    Raises:
        OSError: the file cannot be made or locked.
    """
    # Costs as much as all the rest of a short command, and brings asyncio along: who only reads is not to pay for it.
    from filelock import FileLock, Timeout

    lock = FileLock(path, mode=0o600, poll_interval=_POLL_S)
    try:
        lock.acquire(timeout=patience_s)
    except Timeout:
        waiting(_holder(path))
        lock.acquire()
    # Who holds it is a courtesy to those who wait; a full disk is no reason to go without the lock.
    with suppress(OSError):
        path.write_text(f"{os.getpid()}\n")
    return lock


def seize(path: Path, *, create: bool = True) -> int | None:
    """The lock as a descriptor, for another process to inherit: it lasts until all that have it have closed it.

    Where somebody has it, there is none; nobody is waited for. Without `create` the file has to be there.

    Raises:
        OSError: the file cannot be made or locked.
    """
    import fcntl

    descriptor = os.open(path, os.O_RDWR | (os.O_CREAT if create else 0), 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Who had it before is no longer the one to name.
        os.ftruncate(descriptor, 0)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def release(lock: "BaseFileLock") -> None:
    """Lets go of the lock; the file stays, as somebody may wait for it."""
    lock.release()


def discard(lock: "BaseFileLock", path: Path) -> None:
    """Lets go of the lock and removes its file; who waits for it sees that, and makes a new one."""
    with suppress(OSError):
        path.unlink()
    lock.release()


def _holder(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except (OSError, ValueError):
        return ""
