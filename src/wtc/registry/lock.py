"""Locks between processes: the kernel's `flock`, which dies with the process that holds it.

By hand rather than through filelock: importing that costs more than all the rest of a short command.
"""

import fcntl
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_POLL_S = 0.01


def acquire(path: Path, *, patience_s: float, waiting: Callable[[str], None]) -> int:
    """Locks the file at `path`, which no other process (nor another call in this one) then holds; returns a descriptor.

    `waiting` is called once with the holder's process id ("" where it is not known) when it takes over `patience_s`.

    Raises:
        OSError: the file cannot be made or locked.
    """
    deadline = time.monotonic() + patience_s
    told = False
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
        try:
            while not _try_lock(descriptor):
                if time.monotonic() < deadline:
                    time.sleep(_POLL_S)
                elif told:
                    fcntl.flock(descriptor, fcntl.LOCK_EX)
                    break
                else:
                    told = True
                    waiting(os.pread(descriptor, 20, 0).decode("ascii", "replace").strip())
            if _is_at(descriptor, path):
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        # Its last holder discarded the file: others may lock a new one.
        os.close(descriptor)


def release(descriptor: int) -> None:
    """Lets go of the lock; the file stays, as somebody may wait for it."""
    os.close(descriptor)


def discard(descriptor: int, path: Path) -> None:
    """Lets go of the lock and removes its file; who waits for it makes a new one."""
    with suppress(OSError):
        path.unlink()
    os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
