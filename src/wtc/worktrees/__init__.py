"""Git worktrees: their identity, and `GitWorktreeManager`, which creates, lists, locks and removes them.

The public names are imported on first use, so that commands that import this package do not import asyncio.
"""

from wtc.static_typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wtc.worktrees.errors import (
        BranchExistsError,
        NotGitRepositoryError,
        WorktreeCreationError,
        WorktreeError,
        WorktreeLockError,
        WorktreeRemovalError,
    )
    from wtc.worktrees.manager import GitWorktreeManager
    from wtc.worktrees.worktree_info import WorktreeInfo, WorktreeResult

__all__ = [
    "BranchExistsError",
    "GitWorktreeManager",
    "NotGitRepositoryError",
    "WorktreeCreationError",
    "WorktreeError",
    "WorktreeInfo",
    "WorktreeLockError",
    "WorktreeRemovalError",
    "WorktreeResult",
]

_MODULES = {"GitWorktreeManager": "manager", "WorktreeInfo": "worktree_info", "WorktreeResult": "worktree_info"}
"""Name -> its module; the errors are in `errors`."""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module `{__name__}` has no attribute `{name}`")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_MODULES.get(name, 'errors')}"), name)
