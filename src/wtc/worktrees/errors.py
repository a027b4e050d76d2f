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

    code = "worktree"


class NotGitRepositoryError(WorktreeError):
    """The folder is not the top of a git repository."""

    code = "not_git_repository"


class WorktreeCreationError(WorktreeError):
    """The worktree was not created, and nothing of it remains."""

    code = "worktree_creation"


class BranchExistsError(WorktreeCreationError):
    """The branch for the new worktree already exists."""

    code = "branch_exists"


class WorktreeRemovalError(WorktreeError):
    """The worktree was not removed, or not completely."""

    code = "worktree_removal"


class WorktreeLockError(WorktreeError):
    """The worktree was not locked or unlocked."""

    code = "worktree_lock"
