"""Lock a repository while git writes to it.

git locks single files and fails at once if one is locked, so two `git worktree add` at the same time can both fail. The
lock is an `flock` on a file in wtc's folder in the common git folder. It ends with the process that holds it, and git
does not inherit it.
"""

import fcntl
import os
import random
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

from wtc.worktrees.worktree_id import lock_path

_NAME = "git-writes"
_POLL_S = (0.005, 0.02)


@contextmanager
def git_lock(common: str) -> Generator[None]:
    """Hold the lock of the repository with this common git folder. The lock is not reentrant.

    Raises:
        OSError: the lock file cannot be created.
    """
    descriptor = _open(common)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@asynccontextmanager
async def git_lock_async(common: str) -> AsyncGenerator[None]:
    """Hold `git_lock` in a task; other tasks run while it waits.

    Raises:
        OSError: the lock file cannot be created.
    """
    import asyncio

    descriptor = _open(common)
    try:
        while not _seize(descriptor):
            await asyncio.sleep(random.uniform(*_POLL_S))  # noqa: S311 - so that waiting tasks do not poll at the same time
        yield
    finally:
        os.close(descriptor)


def _open(common: str) -> int:
    return os.open(lock_path(common, _NAME), os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)


def _seize(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
