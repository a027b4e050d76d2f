"""What `GitWorktreeManager` returns."""

from dataclasses import dataclass
from pathlib import Path

DETACHED = "(detached)"
"""The `branch` of a worktree with a detached HEAD."""
BARE = "(bare)"
"""The `branch` of a bare repository, which git lists as the main worktree."""


@dataclass(frozen=True, slots=True)
class WorktreeInfo:
    """One worktree, as git lists it. Positional too, as the programs that build it in their tests expect."""

    path: Path
    branch: str
    """Without `refs/heads/`; `(detached)`, or `(bare)`."""
    commit: str
    """The full hash of HEAD; empty where nothing is committed or checked out."""
    locked: bool
    """Whether git has it locked, also if the process that did it is dead."""
    job_id: str = ""
    """The branch without its prefix: `wtc/feature/sub` -> `feature/sub`. For a detached HEAD the folder's name."""

    def __post_init__(self) -> None:
        if not self.job_id:
            named = self.branch not in {DETACHED, BARE}
            object.__setattr__(self, "job_id", job_id_of_branch(self.branch) if named else self.path.name)


@dataclass(frozen=True, slots=True)
class WorktreeResult:
    """The end of an operation. `worktree` is None where the worktree is gone."""

    success: bool
    worktree: WorktreeInfo | None = None
    error: str | None = None
    """What is left undone, although the operation succeeded: a branch that could not be deleted."""


def job_id_of_branch(branch: str, prefix: str | None = None) -> str:
    """The branch without `prefix/`; without a prefix, without its first component."""
    if prefix:
        return branch.removeprefix(f"{prefix.rstrip('/')}/")
    return branch.partition("/")[2] or branch
