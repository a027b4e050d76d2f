"""The worktree hooks of Claude Code: create a worktree where Claude Code would create it, and remove it.

`WorktreeRemove` replaces `git worktree remove` for what a `WorktreeCreate` hook created, and comes
before the removal. If the hook fails, Claude Code (2.1.211) keeps the worktree's session, and the removal can be tried
again. So the hook must not fail for a worktree that is gone: the session could never be removed.
Source: code.claude.com/docs, Hooks reference (WorktreeCreate, WorktreeRemove) and Worktrees; for the exit status
github.com/max-sixty/worktrunk/issues/3488 and 3753.
"""

import json
import os
import re
import threading
from collections.abc import Callable, Mapping

from wtc.dataclass import replace
from wtc.errors import UsageError, WtcError
from wtc.events import Note, Reporter
from wtc.harnesses.git_hook import CREATES_WORKTREE
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.removal.remove_worktree import Removal, remove_worktree
from wtc.orchestrator.setup import setup
from wtc.regular_file import read_regular_file
from wtc.worktrees.git.git_lock import git_lock
from wtc.worktrees.git.run_git import WORK_S, NoGitError, git
from wtc.worktrees.locate import Worktree, read_beginning, worktree_at, worktree_of
from wtc.worktrees.removal import delete_branch

FOLDER = ".claude/worktrees"
MARK = "made-by-wtc"
"""A marker in the git folder of worktrees that wtc created. Claude Code removes its own worktrees itself."""
_NAME = re.compile(r"(?!\.\.?(?:/|$))[A-Za-z0-9._-]+(?:/(?!\.\.?(?:/|$))[A-Za-z0-9._-]+)*")
_LONGEST_NAME = 200


def create_worktree(target: Target, name: str, report: Reporter, failed: Callable[[WtcError], None]) -> str:
    """Create and set up the worktree `.claude/worktrees/<name>` of the repository that contains `target.cwd`.

    The branch is `worktree-<name>`; a `/` in the name becomes a `+`. An existing worktree or branch is used as it is.
    If the stack cannot be set up, `failed` is called with the error, and the worktree is kept.

    Returns: its path.

    Raises:
        UsageError: the name is not valid for a worktree, or the folder is not in a repository.
        WtcError: git did not create the worktree.
    """
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise UsageError(
            f"`{name}` is not a valid name for a worktree", hints=["to name one, use letters, digits, `.`, `_`, `-`"]
        )
    here = worktree_of(target.cwd)
    if not here.git:
        raise UsageError(f"`{target.cwd}` is not in a git repository")
    root = here.main or here.path
    flat = name.replace("/", "+")
    path = os.path.join(root, FOLDER, flat)
    if not worktree_at(path).linked:
        _add(here, path, f"worktree-{flat}", {**target.environment, CREATES_WORKTREE: "1"})
    files = tuple(os.path.join(path, file) for file in target.files)
    try:
        setup(replace(target, cwd=path, worktree=path, files=files), report)
    except WtcError as error:
        failed(error)
    return path


def remove_claude_worktree(target: Target, report: Reporter, stop: threading.Event) -> Removal:
    """Remove the worktree that `target.worktree` names if `create_worktree` has created it, and its stacks in any case.

    Its branch is deleted too, unless it has unmerged commits. A dirty or locked worktree keeps its stacks.

    Raises:
        WtcError: as `remove_worktree`.
    """
    worktree = worktree_at(target.worktree)
    created = worktree.linked and os.path.exists(os.path.join(worktree.git_dir, MARK))
    branch = _branch(worktree) if created else ""
    try:
        return remove_worktree(target, report, stop, with_git=created)
    finally:
        if created and not os.path.isdir(worktree.git_dir):
            report(Note(text=f"the worktree `{worktree.path}` was removed"))
            if branch == f"worktree-{os.path.basename(worktree.path)}":
                delete_branch(worktree, branch, target.environment)
        elif created:
            report(Note(text=f"the worktree `{worktree.path}` is kept"))


def _branch(worktree: Worktree) -> str:
    """Return the branch that is checked out; empty if HEAD is detached."""
    return read_beginning(os.path.join(worktree.git_dir, "HEAD")).strip().removeprefix("ref: refs/heads/")


def _add(here: Worktree, path: str, branch: str, environment: Mapping[str, str]) -> None:
    """Raises WtcError."""
    root = here.main or here.path
    try:
        with git_lock(here.common):
            there = git(root, ["for-each-ref", "--format=x", f"refs/heads/{branch}"], environment)
            # An existing branch may have commits: check it out, never reset it.
            what = [path, branch] if there else ["--no-track", "-b", branch, path, _base(here.path, root, environment)]
            git(root, ["worktree", "add", *what], environment, limit_s=WORK_S)
        with open(os.path.join(_git_folder(path, environment), MARK), "x", encoding="utf-8"):
            pass
    except (NoGitError, OSError) as error:
        raise WtcError(f"the worktree `{path}` could not be created", causes=[str(error)]) from error


def _git_folder(path: str, environment: Mapping[str, str]) -> str:
    """Return the worktree's git folder. Raises: NoGitError."""
    return git(path, ["rev-parse", "--absolute-git-dir"], environment).rstrip("\n")


def _base(here: str, root: str, environment: Mapping[str, str]) -> str:
    """Return where a new branch starts, as in Claude Code: at the default branch of `origin`, else at HEAD.

    Nothing is fetched. Raises: NoGitError.
    """
    head = git(here, ["rev-parse", "--verify", "HEAD"], environment).strip()
    if _base_ref(root, environment) == "head":
        return head
    origin = git(root, ["rev-parse", "--verify", "--quiet", "origin/HEAD^{commit}"], environment, accepted=(0, 1, 128))
    return origin.strip() or head


def _base_ref(root: str, environment: Mapping[str, str]) -> str:
    """Return Claude Code's setting `worktree.baseRef`, from the nearest settings file that has it."""
    home = environment.get("CLAUDE_CONFIG_DIR") or os.path.join(environment.get("HOME", "/"), ".claude")
    for file in (f"{root}/.claude/settings.local.json", f"{root}/.claude/settings.json", f"{home}/settings.json"):
        try:
            found = json.loads(read_regular_file(file).decode("utf-8-sig"))["worktree"]["baseRef"]
        except (OSError, ValueError, LookupError, TypeError):
            continue
        if isinstance(found, str):
            return found
    return ""
