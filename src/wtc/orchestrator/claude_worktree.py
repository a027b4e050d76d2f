"""A worktree for Claude Code, made where it would make it itself; and what its hook leaves to be removed again.

Source: code.claude.com/docs, Hooks reference (WorktreeCreate, WorktreeRemove) and Worktrees.
"""

import json
import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace

from wtc.errors import UsageError, WtcError
from wtc.events import Reporter
from wtc.orchestrator.setup import setup
from wtc.orchestrator.target import Target
from wtc.worktrees.git import WORK_S, NoGitError, git
from wtc.worktrees.locate import worktree_at, worktree_of

FOLDER = ".claude/worktrees"
MARK = "made-by-wtc"
"""In the worktree's git folder: tells it from those that Claude Code makes, and removes, itself."""
_NAME = re.compile(r"(?!\.\.?(?:/|$))[A-Za-z0-9._-]+(?:/(?!\.\.?(?:/|$))[A-Za-z0-9._-]+)*")
_LONGEST_NAME = 200


def create(target: Target, name: str, report: Reporter, failed: Callable[[WtcError], None]) -> str:
    """Makes the worktree `.claude/worktrees/<name>` of the repository that `target.cwd` lies in, and sets it up.

    The branch is `worktree-<name>`; a `/` in the name is a `+`. What is there already, worktree or branch, is taken as
    it is. Where the stack cannot be set up, `failed` is told why: the worktree is there all the same, to mend it in.

    Returns: its path.

    Raises:
        UsageError: it is no name for a worktree, or the folder is in no repository.
        WtcError: git did not make it.
    """
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise UsageError(
            f"`{name}` is no name for a worktree", hints=["to name one, take letters, digits, `.`, `_`, `-`"]
        )
    here = worktree_of(target.cwd)
    if not here.git:
        raise UsageError(f"`{target.cwd}` is in no git repository")
    root = here.main or here.path
    flat = name.replace("/", "+")
    path = os.path.join(root, FOLDER, flat)
    if not worktree_at(path).linked:
        _add(here.path, root, path, f"worktree-{flat}", target.environment)
    files = tuple(os.path.join(path, file) for file in target.files)
    try:
        setup(replace(target, cwd=path, worktree=path, files=files), report)
    except WtcError as error:
        failed(error)
    return path


def remove(path: str, environment: Mapping[str, str], tell: Callable[[str], None]) -> None:
    """Removes the worktree at `path` if `create` has made it: its folder, and its branch unless that has commits.

    What is not committed keeps it there, and is told.
    """
    worktree = worktree_at(path)
    if not worktree.linked or not worktree.main:
        return
    try:
        if not os.path.exists(os.path.join(_git_folder(path, environment), MARK)):
            return
        branch = git(path, ["branch", "--show-current"], environment).strip()
        git(worktree.main, ["worktree", "remove", worktree.path], environment, limit_s=WORK_S)
        tell(f"the worktree `{path}` was removed")
    except NoGitError as error:
        tell(f"the worktree `{path}` stays: {error}")
        return
    if branch == f"worktree-{os.path.basename(path)}":
        with suppress(NoGitError):
            git(worktree.main, ["branch", "-d", branch], environment)


def _add(here: str, root: str, path: str, branch: str, environment: Mapping[str, str]) -> None:
    """Raises WtcError."""
    try:
        there = git(root, ["for-each-ref", "--format=x", f"refs/heads/{branch}"], environment)
        # A branch that is there has somebody's commits: it is checked out, never begun anew.
        what = [path, branch] if there else ["--no-track", "-b", branch, path, _base(here, root, environment)]
        git(root, ["worktree", "add", *what], environment, limit_s=WORK_S)
        with open(os.path.join(_git_folder(path, environment), MARK), "x", encoding="utf-8"):
            pass
    except (NoGitError, OSError) as error:
        raise WtcError(f"the worktree `{path}` could not be made", causes=[str(error)]) from error


def _git_folder(path: str, environment: Mapping[str, str]) -> str:
    """The worktree's own git folder. Raises NoGitError."""
    return git(path, ["rev-parse", "--absolute-git-dir"], environment).rstrip("\n")


def _base(here: str, root: str, environment: Mapping[str, str]) -> str:
    """Where a new branch begins: as Claude Code has it at the default branch of `origin`, else at what is checked out.

    Nothing is fetched. Raises NoGitError.
    """
    head = git(here, ["rev-parse", "--verify", "HEAD"], environment).strip()
    if _base_ref(root, environment) == "head":
        return head
    origin = git(root, ["rev-parse", "--verify", "--quiet", "origin/HEAD^{commit}"], environment, well=(0, 1, 128))
    return origin.strip() or head


def _base_ref(root: str, environment: Mapping[str, str]) -> str:
    """Claude Code's setting `worktree.baseRef`, from the files that have it, the nearest first."""
    home = environment.get("CLAUDE_CONFIG_DIR") or os.path.join(environment.get("HOME", "/"), ".claude")
    for file in (f"{root}/.claude/settings.local.json", f"{root}/.claude/settings.json", f"{home}/settings.json"):
        try:
            with open(file, encoding="utf-8-sig") as opened:
                found = json.load(opened)["worktree"]["baseRef"]
        except (OSError, ValueError, LookupError, TypeError):
            continue
        if isinstance(found, str):
            return found
    return ""
