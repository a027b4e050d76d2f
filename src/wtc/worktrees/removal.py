"""Check whether a worktree may be removed, and remove it with git.

`read_removal` reads the facts, `removal_refusal` decides. Source: git-worktree(1), remove and lock.
"""

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress

from wtc.dataclass import dataclass
from wtc.errors import WtcError
from wtc.model.identity import GitState, Lock, PathFacts, Presence
from wtc.worktrees.git.git_lock import git_lock
from wtc.worktrees.git.run_git import WORK_S, NoGitError, git
from wtc.worktrees.identity_facts import copy_origin, git_lock_state, listed_path, lock_reason, read_path
from wtc.worktrees.locate import Worktree, worktree_at

_STATUS = ("status", "--porcelain", "--untracked-files=normal", "--ignore-submodules=none")


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalFacts:
    """The facts about a worktree that is to be removed."""

    place: PathFacts
    linked: bool = False
    copied_from: str = ""
    """The linked worktree that the folder is a copy of."""
    lock: Lock = Lock.NONE
    changes: int = 0
    """The number of modified, staged and untracked files."""
    submodules: bool = False
    unanswered: str = ""
    """Why git could not list the changes."""


def read_removal(path: str, environment: Mapping[str, str]) -> RemovalFacts:
    """Read the facts about a real absolute path; git is started only in a linked worktree."""
    place = read_path(path)
    if place.git is not GitState.WORKTREE:
        return RemovalFacts(place=place)
    worktree = worktree_at(path)
    if not worktree.linked:
        return RemovalFacts(place=place)
    original, lock = copy_origin(worktree), git_lock_state(worktree.git_dir)
    try:
        changes = 0 if original else _count_changes(path, environment)
        submodules = not original and has_submodules(worktree, environment)
    except NoGitError as error:
        return RemovalFacts(place=place, linked=True, lock=lock, unanswered=str(error))
    return RemovalFacts(
        place=place,
        linked=True,
        copied_from=original,
        lock=lock,
        changes=changes,
        submodules=submodules,
    )


def _count_changes(path: str, environment: Mapping[str, str]) -> int:
    """Return how many files have changes. Raises NoGitError, also if git cannot read a folder that is not ignored."""
    return len(git(path, _STATUS, environment, limit_s=WORK_S, reads_all=True).splitlines())


def has_submodules(worktree: Worktree, environment: Mapping[str, str]) -> bool:
    """Return whether the worktree has submodules, initialized or not: git then refuses to move or remove it.

    Raises:
        NoGitError: git failed.
    """
    if not os.path.lexists(os.path.join(worktree.path, ".gitmodules")):
        return False
    listed = git(worktree.path, ["ls-files", "--stage"], environment, limit_s=WORK_S)
    return any(line.startswith("160000 ") for line in listed.splitlines())


def removal_refusal(facts: RemovalFacts, *, force: bool = False) -> str:
    """Return why the worktree may not be removed; empty if it may, or if its folder no longer contains a worktree.

    With `force`, neither changes nor a lock are a reason.
    """
    place = facts.place
    if place.presence is Presence.UNKNOWN:
        return "its folder is not accessible"
    if place.presence is Presence.MISSING:
        return ""
    if place.git is GitState.BROKEN:
        return "its `.git` does not point to a git folder"
    if place.git is GitState.NONE:
        return "something is mounted at its folder" if place.mounted else ""
    if not facts.linked:
        return "it is not a linked worktree"
    if facts.copied_from:
        return f"it is a copy of the worktree `{facts.copied_from}`"
    if force:
        return ""
    if facts.unanswered:
        return f"git cannot list its uncommitted changes: {facts.unanswered}"
    if facts.lock is Lock.LIVE:
        return "it is locked in git"
    if facts.changes:
        return f"it has {facts.changes} uncommitted change{'s' if facts.changes > 1 else ''}"
    if facts.submodules:
        return "it has submodules, so git removes it only if forced"
    return ""


def remove_with_git(worktree: Worktree, environment: Mapping[str, str], *, force: bool = False) -> None:
    """Release the lock of a dead process or of wtc and run `git worktree remove`; lock it again if git fails.

    Raises:
        WtcError: git failed, or did not delete the whole folder. If git removed its entry, `git_dir` no longer exists.
    """
    try:
        with git_lock(worktree.common), temporarily_unlocked(worktree, environment):
            forced = ["--force", "--force"] if force else []
            git(git_folder_for(worktree), ["worktree", "remove", *forced, worktree.path], environment, limit_s=WORK_S)
    except (NoGitError, OSError) as error:
        raise WtcError(f"git did not remove the worktree `{worktree.path}`", causes=[str(error)]) from error


@contextmanager
def temporarily_unlocked(worktree: Worktree, environment: Mapping[str, str]) -> Generator[None]:
    """Release the lock of a dead process or of wtc, and lock again if the body fails or the worktree moves.

    Raises:
        NoGitError: git failed.
    """
    reason = lock_reason(worktree.git_dir)
    if git_lock_state(worktree.git_dir) not in {Lock.STALE, Lock.WTC}:
        yield
        return
    git(git_folder_for(worktree), ["worktree", "unlock", worktree.path], environment)
    try:
        yield
    finally:
        if path := listed_path(worktree.git_dir):
            with suppress(NoGitError):
                git(git_folder_for(worktree), ["worktree", "lock", "--reason", reason, path], environment)


def git_folder_for(worktree: Worktree) -> str:
    """Return a folder in which git can run after the worktree is removed: the main worktree or the bare repository."""
    return worktree.main or worktree.common


def delete_branch(worktree: Worktree, branch: str, environment: Mapping[str, str], *, force: bool = False) -> str:
    """Delete a branch, by default only if it is merged. Return why it was not deleted; empty if it was."""
    try:
        with git_lock(worktree.common):
            git(git_folder_for(worktree), ["branch", "-D" if force else "-d", "--", branch], environment)
    except (NoGitError, OSError) as error:
        return str(error)
    return ""
