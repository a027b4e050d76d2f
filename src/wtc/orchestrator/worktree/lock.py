"""`worktree lock` and `worktree unlock`."""

from pathlib import Path

from wtc.orchestrator.target import Target
from wtc.orchestrator.worktree.find import manager_of, named_worktree, run


def lock(target: Target, name: str, *, reason: str = "") -> str:
    """Lock the worktree; one that somebody has locked keeps its reason. The lock of a dead process is replaced.

    Returns: its path.

    Raises:
        UsageError: the repository has no such worktree.
        WorktreeLockError: git refuses.
    """
    entry = named_worktree(target, name)
    run(manager_of(target).lock_worktree(Path(entry.path), reason))
    return entry.path


def unlock(target: Target, name: str) -> str:
    """Release the lock of the worktree, whoever holds it.

    Returns: its path.

    Raises:
        UsageError: the repository has no such worktree.
        WorktreeLockError: git refuses.
    """
    entry = named_worktree(target, name)
    run(manager_of(target).unlock_worktree(Path(entry.path)))
    return entry.path
