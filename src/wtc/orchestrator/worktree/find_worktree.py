"""The worktree that an argument names, and the repository of the current folder."""

import asyncio
import os
import shlex
import threading
from collections.abc import Coroutine
from pathlib import Path

from wtc.errors import ConflictError, InterruptedByUserError, UsageError
from wtc.harnesses.git_hook import CREATES_WORKTREE
from wtc.interruption import heed_stop
from wtc.model.identity import Lock
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Any, TypeVar
from wtc.worktrees.errors import NotGitRepositoryError
from wtc.worktrees.git.parse_list import ListedWorktree
from wtc.worktrees.identity_facts import lock_state
from wtc.worktrees.locate import Worktree, bare_repository_of, worktree_of
from wtc.worktrees.manager import GitWorktreeManager
from wtc.worktrees.repository import Repository

T = TypeVar("T")
_POLL_S = 0.05
"""How often a signal is looked for while git works."""


def run_async(coroutine: Coroutine[Any, Any, T], stop: threading.Event | None = None) -> T:
    """Wait for one operation of the manager. `stop` cancels it.

    Raises:
        InterruptedByUserError: it was cancelled.
    """
    if stop is None:
        return asyncio.run(coroutine)
    with heed_stop():
        return asyncio.run(_run_until_stopped(coroutine, stop))


async def _run_until_stopped(coroutine: Coroutine[Any, Any, T], stop: threading.Event) -> T:
    task = asyncio.ensure_future(coroutine)
    while not task.done():
        await asyncio.wait([task], timeout=_POLL_S)
        if stop.is_set():
            task.cancel()
            break
    try:
        return await task
    except asyncio.CancelledError:
        raise InterruptedByUserError("interrupted") from None


def current_worktree(target: Target) -> Worktree:
    """Return the worktree of the current folder; in a bare repository, the repository.

    Raises:
        NotGitRepositoryError: the folder is in neither.
    """
    found = worktree_of(target.cwd)
    if found.git:
        return found
    if bare := bare_repository_of(target.cwd):
        return Worktree(path=bare, git=True, git_dir=bare, common=bare)
    raise NotGitRepositoryError(f"`{target.cwd}` is not in a git repository")


def open_manager(target: Target) -> GitWorktreeManager:
    """Return the worktrees of the current folder's repository. Raises NotGitRepositoryError.

    git's hook of `wtc init git` leaves the setup of what it creates to wtc.
    """
    environment = {**target.environment, CREATES_WORKTREE: "1"}
    return GitWorktreeManager(Path(current_worktree(target).path), environment=environment)


def list_worktrees(target: Target) -> tuple[ListedWorktree, ...]:
    """Return the worktrees of the current folder's repository, the main one first.

    Raises:
        WorktreeError: git does not answer.
    """
    return run_async(Repository(Path(current_worktree(target).path), target.environment).listing())


def refuse_locked(entry: ListedWorktree, name: str) -> None:
    """Raise ConflictError if the worktree is locked, unless by a dead process or by wtc."""
    if entry.lock_reason is not None and lock_state(entry.lock_reason) is Lock.LIVE:
        raise ConflictError(
            f"the worktree `{entry.path}` is locked",
            causes=[entry.lock_reason] if entry.lock_reason else [],
            hints=[f"to release the lock, run `wtc worktree unlock {shlex.quote(name)}`"],
        )


def find_worktree(target: Target, name: str) -> ListedWorktree:
    """Return the linked worktree that `name` means: a path (with a `/`, `.` or `..`), else the name of its folder.

    Raises:
        UsageError: the repository lists no such worktree, or several, or it is the main one.
    """
    entries = list_worktrees(target)
    if "/" in name or name in {".", ".."}:
        path = os.path.realpath(os.path.join(target.cwd, os.path.expanduser(name)))
        found = [entry for entry in entries if os.path.realpath(entry.path) == path]
    else:
        found = [entry for entry in entries[1:] if os.path.basename(entry.path) == name]
    if not found:
        from wtc.nearest_name import nearest_name

        near = nearest_name(os.path.basename(name), [os.path.basename(entry.path) for entry in entries[1:]])
        listing = "to list the worktrees, run `wtc worktree list`"
        raise UsageError(f"the repository has no worktree `{name}`", hints=[near, listing] if near else [listing])
    if len(found) > 1:
        raise UsageError(
            f"the repository has {len(found)} worktrees `{name}`",
            causes=[f"`{entry.path}`" for entry in found],
            hints=["to name one of them, give its path"],
        )
    if found[0] is entries[0]:
        raise UsageError(f"`{found[0].path}` is the main worktree", hints=["to name a linked one, give its folder"])
    return found[0]
