"""`worktree lock` and `worktree unlock`."""

from pathlib import Path

from wtc.orchestrator.context.target import Target
from wtc.orchestrator.worktree.find_worktree import find_worktree, open_manager, run_async


def lock(target: Target, name: str, *, reason: str = "") -> str:
    """Lock the worktree. An existing lock keeps its reason; the lock of a dead process is replaced.

    Returns: its path.

    Raises:
        UsageError: the repository has no such worktree.
        WorktreeLockError: git refuses.
    """
    entry = find_worktree(target, name)
    run_async(open_manager(target).lock_worktree(Path(entry.path), reason))
    return entry.path


def unlock(target: Target, name: str) -> str:
    """Release the lock of the worktree, even if another process or user holds it.

    Returns: its path.

    Raises:
        UsageError: the repository has no such worktree.
        WorktreeLockError: git refuses.
    """
    entry = find_worktree(target, name)
    run_async(open_manager(target).unlock_worktree(Path(entry.path)))
    return entry.path
