"""Parse the output of `git worktree list --porcelain`. Pure. Source: git-worktree(1), LIST OUTPUT FORMAT."""

from wtc.dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedWorktree:
    """A worktree as git lists it; its folder may be missing."""

    path: str
    commit: str = ""
    branch: str = ""
    """Without `refs/heads/`; empty for a detached HEAD and a bare repository."""
    bare: bool = False
    lock_reason: str | None = None
    """None if it is not locked; empty if it is locked without a reason."""


def parse_worktree_list(output: str, *, separator: str) -> tuple[ListedWorktree, ...]:
    """Return the worktrees, the main one or the bare repository first. `separator` ends each line: NUL with `-z`."""
    found: list[ListedWorktree] = []
    for record in output.split(separator * 2):
        lines = [line.partition(" ") for line in record.split(separator) if line]
        values = {key: value for key, _, value in lines}
        if "worktree" in values:
            found.append(
                ListedWorktree(
                    path=values["worktree"],
                    commit=values.get("HEAD", "").strip("0") and values["HEAD"],
                    branch=values.get("branch", "").removeprefix("refs/heads/"),
                    bare="bare" in values,
                    lock_reason=values.get("locked"),
                )
            )
    return tuple(found)
