"""The lock of a worktree's stacks: beside the worktree's id, so that every user and container of it shares the lock."""

import os
from collections.abc import Collection, Generator
from contextlib import ExitStack, contextmanager, suppress
from types import TracebackType

from wtc.errors import RegistryError, WtcError
from wtc.events import Reporter, warn
from wtc.namespace import Site, default_name
from wtc.orchestrator.context.user_state import UserState
from wtc.registry.store import Store
from wtc.static_typing import Self
from wtc.worktrees.identity_facts import copy_origin
from wtc.worktrees.locate import worktree_at
from wtc.worktrees.worktree_id import lock_path


@contextmanager
def lock_if_possible(state: UserState, worktree: str, report: Reporter, *, discard: bool = False) -> Generator[None]:
    """Hold the lock of the worktree's stacks; warn and continue without it if its file cannot be written.

    For commands that only stop or remove: `up`, with which they could collide, fails in such a folder.
    """
    with ExitStack() as held:
        try:
            held.enter_context(stack_lock(state, worktree, discard=discard))
        except RegistryError as error:
            warn(report, ": ".join([error.message, *error.causes]))
        yield


@contextmanager
def stack_lock(state: UserState, worktree: str, *, discard: bool = False) -> Generator[None]:
    """Hold the lock of a worktree's stacks, as every change of them does. A process must not take it twice.

    With `discard`, for a stack that no longer exists, no lock file is left in the configuration folder.

    Raises:
        WtcError: the lock file cannot be created.
    """
    path, name = _lock_beside_id(worktree), _name(worktree)
    with state.store.lock_at(path, f"`{name}`") if path else state.store.stack_lock(name, discard=discard):
        yield


class LocksBusyError(Exception):
    """A lock is held elsewhere, and to wait for it out of order could wait for ever. Release all, take `worktrees`."""

    def __init__(self, worktrees: Collection[str]) -> None:
        super().__init__()
        self.worktrees = tuple(sorted(worktrees))


class StackLocks:
    """The locks of several worktrees' stacks, waited for in one order, so that commands never wait in a circle."""

    def __init__(self, state: UserState) -> None:
        self._state = state
        self._held: dict[str, tuple[str, ExitStack]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release([worktree for worktree, _ in self._held.values()])

    def take(self, worktrees: Collection[str]) -> None:
        """Take the locks that are not held yet.

        Raises:
            LocksBusyError: one that comes before a held one is not free.
            WtcError: a lock file cannot be created.
        """
        wanted = {_key(worktree): worktree for worktree in worktrees}
        for key in sorted(wanted.keys() - self._held.keys()):
            with ExitStack() as taken:
                if any(key < held for held in self._held):
                    descriptor = inheritable_lock(self._state.store, wanted[key])
                    if descriptor is None:
                        raise LocksBusyError({*wanted.values(), *(worktree for worktree, _ in self._held.values())})
                    taken.callback(os.close, descriptor)
                else:
                    taken.enter_context(stack_lock(self._state, wanted[key]))
                self._held[key] = (wanted[key], taken.pop_all())

    def release(self, worktrees: Collection[str]) -> None:
        """Release the locks of these worktrees that are held."""
        keys = [key for key, (worktree, _) in self._held.items() if worktree in worktrees]
        for key in keys:
            self._held.pop(key)[1].close()


def inheritable_lock(store: Store, worktree: str) -> int | None:
    """Return the lock as a descriptor that a child process inherits; None if it is held or cannot be created."""
    from wtc.registry import file_lock

    path = _lock_beside_id(worktree)
    try:
        return file_lock.inheritable_lock(path) if path else store.inheritable_stack_lock(_name(worktree))
    except (OSError, WtcError):
        return None


def _key(worktree: str) -> str:
    """Return the sort key of a lock, its file or name; the same for two spellings of one worktree."""
    return _lock_beside_id(worktree) or _name(worktree)


def _name(worktree: str) -> str:
    return default_name(Site(worktree=worktree))


def _lock_beside_id(folder: str) -> str:
    """Return the lock file in git's folder for the worktree; empty outside git, or if it cannot be written."""
    with suppress(WtcError, OSError):
        worktree = worktree_at(folder)
        if worktree.git_dir and not copy_origin(worktree):
            path = lock_path(worktree.git_dir)
            return path if os.access(path, os.W_OK) else ""
    return ""
