"""The errors of `GitWorktreeManager`.

WorktreeError
├── NotGitRepositoryError
├── WorktreeCreationError
│   └── BranchExistsError
├── WorktreeRemovalError
└── WorktreeLockError
"""

from wtc.errors import WtcError


class WorktreeError(WtcError):
    """A worktree could not be read or changed."""


class NotGitRepositoryError(WorktreeError):
    """The folder is not the top of a git repository."""


class WorktreeCreationError(WorktreeError):
    """The worktree was not created, and nothing of it remains."""


class BranchExistsError(WorktreeCreationError):
    """The branch for the new worktree already exists."""


class WorktreeRemovalError(WorktreeError):
    """The worktree was not removed, or not completely."""


class WorktreeLockError(WorktreeError):
    """The worktree was not locked or unlocked."""
