"""The results of `GitWorktreeManager`."""

from dataclasses import dataclass
from pathlib import Path

DETACHED = "(detached)"
"""The `branch` of a worktree with a detached HEAD."""
BARE = "(bare)"
"""The `branch` of a bare repository, which git lists as the main worktree."""


@dataclass(frozen=True, slots=True)
class WorktreeInfo:
    """One worktree, as git lists it. Also positional, because programs that use it build it that way in their tests."""

    path: Path
    branch: str
    """Without `refs/heads/`; `(detached)`, or `(bare)`."""
    commit: str
    """The full hash of HEAD; empty without a commit."""
    locked: bool
    """Whether it is locked in git, even if the process that locked it is dead."""
    job_id: str = ""
    """The branch without its prefix: `wtc/feature/sub` -> `feature/sub`. The folder's name for a detached HEAD."""

    def __post_init__(self) -> None:
        if not self.job_id:
            named = self.branch not in {DETACHED, BARE}
            object.__setattr__(self, "job_id", job_id_of_branch(self.branch) if named else self.path.name)


@dataclass(frozen=True, slots=True)
class WorktreeResult:
    """The result of an operation. `worktree` is None if the worktree does not exist."""

    success: bool
    worktree: WorktreeInfo | None = None
    error: str | None = None
    """What failed although the operation succeeded: a branch that could not be deleted."""


def job_id_of_branch(branch: str, prefix: str | None = None) -> str:
    """Return the branch without `prefix/`; without `prefix`, the branch without its first component."""
    if prefix:
        return branch.removeprefix(f"{prefix.rstrip('/')}/")
    return branch.partition("/")[2] or branch
