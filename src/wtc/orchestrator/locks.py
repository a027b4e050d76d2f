"""The lock of a worktree's stacks: beside the worktree's id, so that every user and container of it shares the lock."""

import os
from collections.abc import Generator
from contextlib import contextmanager, suppress

from wtc.errors import WtcError
from wtc.model.namespace import Namespace
from wtc.orchestrator.stack import Home
from wtc.registry.store import Store
from wtc.worktrees.facts import copied_from
from wtc.worktrees.ids import lock_path
from wtc.worktrees.locate import worktree_at


@contextmanager
def stack_lock(home: Home, namespace: Namespace, *, discard: bool = False) -> Generator[None]:
    """The lock of the worktree's stacks, held by whatever changes one of them. Not to be taken twice by one process.

    With `discard`, for a stack that no longer exists, no lock file is left in the configuration folder.

    Raises:
        WtcError: the lock file cannot be created.
    """
    path = _beside_id(namespace)
    with (
        home.store.lock_at(path, f"`{namespace.name}`")
        if path
        else home.store.stack_lock(namespace.name, discard=discard)
    ):
        yield


def seize_lock(store: Store, namespace: Namespace) -> int | None:
    """The lock as a descriptor that another process may inherit; None where it is held, or cannot be had."""
    from wtc.registry import lock

    path = _beside_id(namespace)
    try:
        return lock.seize_path(path) if path else store.seize_stack(namespace.name)
    except (OSError, WtcError):
        return None


def _beside_id(namespace: Namespace) -> str:
    """The lock file in git's folder for the worktree; empty where there is none, or it cannot be written."""
    with suppress(WtcError, OSError):
        worktree = worktree_at(namespace.worktree)
        if worktree.git_dir and not copied_from(worktree):
            path = lock_path(worktree.git_dir)
            return path if os.access(path, os.W_OK) else ""
    return ""
