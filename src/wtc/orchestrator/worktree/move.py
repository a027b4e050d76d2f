"""`worktree move`: its stack keeps its namespace, its data and its ports, because the worktree keeps its id."""

import os
import shlex

from wtc.errors import ConflictError, WtcError
from wtc.events import Note, Reporter, warn
from wtc.orchestrator.context.stack_lock import lock_if_possible
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.context.user_state import open_user_state
from wtc.orchestrator.worktree.find_worktree import find_worktree, refuse_locked
from wtc.worktrees.errors import WorktreeError
from wtc.worktrees.git.git_lock import git_lock
from wtc.worktrees.git.run_git import WORK_S, NoGitError, git
from wtc.worktrees.identity_facts import read_held_id
from wtc.worktrees.locate import worktree_at
from wtc.worktrees.removal import git_folder_for, has_submodules, temporarily_unlocked
from wtc.worktrees.worktree_id import record_move


def move(target: Target, name: str, to: str, report: Reporter) -> str:
    """Move the worktree to the path `to`, or into it where it is a folder.

    Returns: its new real path.

    Raises:
        UsageError: the repository has no such worktree.
        ConflictError: the worktree is locked, or has submodules, with which git does not move it.
        WorktreeError: git refuses, because the path exists.
    """
    entry = find_worktree(target, name)
    refuse_locked(entry, name)
    old = os.path.realpath(entry.path)
    worktree = worktree_at(old)
    # git resolves `..` again after it has moved the folder, and fails where that leads over the old path.
    destination = os.path.realpath(os.path.join(target.cwd, os.path.expanduser(to)))
    try:
        if has_submodules(worktree, target.environment):
            raise ConflictError(
                f"the worktree `{old}` was not moved",
                causes=["it has submodules, with which git does not move a worktree"],
            )
        # An `up` in the meantime would create containers that mount the old path.
        with (
            lock_if_possible(open_user_state(target, report), old, report),
            git_lock(worktree.common),
            temporarily_unlocked(worktree, target.environment),
        ):
            command = ["worktree", "move", entry.path, destination]
            git(git_folder_for(worktree), command, target.environment, limit_s=WORK_S)
    except (NoGitError, OSError) as error:
        raise WorktreeError(f"git did not move the worktree `{old}`", causes=[str(error)]) from error
    inner = os.path.join(destination, os.path.basename(old))
    new = os.path.realpath(inner if os.path.lexists(os.path.join(inner, ".git")) else destination)
    _record(new, old, report)
    report(Note(text=f"to start its stack at the new path, run `wtc up -w {shlex.quote(new)}`"))
    return new


def _record(new: str, old: str, report: Reporter) -> None:
    """Record where the worktree was, so that its stack is found also after the worktree is gone."""
    try:
        worktree = worktree_at(new)
        if worktree_id := read_held_id(worktree):
            for path in (old, new):
                record_move(worktree.common, worktree_id, path)
    except (WtcError, OSError) as error:
        warn(report, f"cannot record that the worktree has moved: {error}")
