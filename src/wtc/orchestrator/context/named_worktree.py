"""The worktree that a name on the command line means: a folder, else one of the repository by branch or folder name."""

import os
import shlex
from collections.abc import Sequence

from wtc.errors import UsageError
from wtc.worktrees.locate import Worktree, bare_repository_of, repository_worktrees, worktree_of

OPTION = "-w"


def named_worktree(text: str, *, cwd: str, by_branch: bool) -> str:
    """Return the real path of the worktree that `-w` names. The folder may be missing if `text` is a path.

    An existing path wins, and a text with a `/` is a path. Otherwise it is the branch, or the name of the folder, of a
    worktree of the current folder's repository. Unless `by_branch`, only a path is accepted.

    Raises:
        UsageError: it is a file, it names no worktree or several, or a branch where only a path is accepted.
        WtcError: the `.git` of the current folder leads nowhere.
    """
    path = os.path.join(cwd, os.path.expanduser(text))
    if "/" not in text and text not in {".", ".."} and not os.path.lexists(path):
        listed = repository_worktrees(_repository(cwd))
        if by_branch:
            gone = f"to name a folder that is gone, add `{OPTION} ./{text}`"
            path = pick_worktree(text, listed, option=OPTION, hint=gone)
        else:
            _refuse_branch(text, listed)
    worktree = os.path.realpath(path)
    if os.path.exists(worktree) and not os.path.isdir(worktree):
        raise UsageError(f"`{text}` is not a folder", hints=[f"to name a worktree, add `{OPTION} FOLDER`"])
    return worktree


def pick_worktree(text: str, listed: Sequence[tuple[str, str]], *, option: str, hint: str = "") -> str:
    """Return the path of the worktree that has this branch or folder name. `listed`: path and branch of each worktree.

    `hint` is added if there is none.

    Raises:
        UsageError: no worktree has the name, or several have.
    """
    found = _matching(text, listed)
    if len(found) == 1:
        return found[0]
    if found:
        branches = dict(listed)
        raise UsageError(
            f"`{option} {text}` names {len(found)} worktrees",
            causes=[f"`{one}` has branch `{branches[one]}`" if branches[one] else f"`{one}`" for one in found],
            hints=[f"to use one of them, add `{option} {shlex.quote(found[0])}`"],
        )
    from wtc.nearest_name import nearest_name

    near = nearest_name(text, {name for one, branch in listed for name in (branch, os.path.basename(one)) if name})
    listing = "to list the worktrees, run `wtc worktree list`" if listed else ""
    raise UsageError(
        f"`{option} {text}` does not name a worktree",
        causes=["it is neither a folder nor the branch or folder name of a worktree of this repository"],
        hints=[one for one in (near, listing, hint) if one],
    )


def branch_hint(text: str, *, cwd: str) -> str:
    """Return a hint if a missing path is the name of a branch, such as `feature/x`; else an empty string."""
    found = next((path for path, branch in repository_worktrees(_repository(cwd)) if branch == text), "")
    return f"`{text}` is a branch; to use its worktree, add `{OPTION} {shlex.quote(found)}`" if found else ""


def _matching(text: str, listed: Sequence[tuple[str, str]]) -> list[str]:
    return list(dict.fromkeys(one for one, branch in listed if text in {branch, os.path.basename(one)}))


def _refuse_branch(text: str, listed: Sequence[tuple[str, str]]) -> None:
    """Raise UsageError if the text, which is not a path, is the name of a worktree."""
    if found := _matching(text, listed):
        raise UsageError(
            f"`{text}` does not exist, and this command accepts only a path",
            causes=[f"it names the worktree `{one}`" for one in found],
            hints=[f"to use that worktree, add `{OPTION} {shlex.quote(found[0])}`"],
        )


def _repository(cwd: str) -> Worktree:
    """Return the worktree of the folder, or the bare repository that the folder lies in."""
    found = worktree_of(cwd)
    bare = "" if found.git else bare_repository_of(cwd)
    return Worktree(path=bare, git=True, common=bare) if bare else found
