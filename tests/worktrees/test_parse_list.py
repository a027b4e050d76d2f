"""git's porcelain listing, with and without `-z`."""

import pytest

from wtc.worktrees.git.parse_list import ListedWorktree, parse_worktree_list
from wtc.worktrees.worktree_info import job_id_of_branch

LINES = (
    "worktree /r", "bare", "",
    "worktree /r/a b", f"HEAD {'1' * 40}", "branch refs/heads/wtc/a", "locked", "",
    "worktree /r/c", f"HEAD {'2' * 40}", "detached", "locked pid=1 why", "prunable gitdir file points nowhere", "",
    "worktree /r/d", f"HEAD {'0' * 40}", "branch refs/heads/d", "",
)  # fmt: skip


@pytest.mark.parametrize("separator", ["\0", "\n"])
def test_each_worktree_is_parsed(separator: str) -> None:
    output = "".join(f"{line}{separator}" for line in LINES)
    assert parse_worktree_list(output, separator=separator) == (
        ListedWorktree(path="/r", bare=True),
        ListedWorktree(path="/r/a b", commit="1" * 40, branch="wtc/a", lock_reason=""),
        ListedWorktree(path="/r/c", commit="2" * 40, lock_reason="pid=1 why"),
        ListedWorktree(path="/r/d", branch="d"),
    )


@pytest.mark.parametrize(
    ("branch", "prefix", "job"),
    [
        ("wtc/a", None, "a"),
        ("wtc/feature/sub", None, "feature/sub"),
        ("wtc/feature/sub", "wtc", "feature/sub"),
        ("wtc/feature/sub", "wtc/feature/", "sub"),
        ("main", None, "main"),
        ("main", "wtc", "main"),
    ],
)
def test_job_is_the_branch_without_its_prefix(branch: str, prefix: str | None, job: str) -> None:
    assert job_id_of_branch(branch, prefix) == job
