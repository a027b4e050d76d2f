"""The locks of several worktrees' stacks, which no two commands wait for in a circle."""

import os
import subprocess
import threading
from pathlib import Path

import pytest

from wtc.orchestrator.context.stack_lock import LocksBusyError, StackLocks, inheritable_lock, stack_lock
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.context.user_state import UserState, open_user_state


@pytest.fixture
def folders(tmp_path: Path) -> list[str]:
    """Two repositories, in the order of their locks."""
    found = [str((tmp_path / name).resolve()) for name in ("one", "two")]
    for folder in found:
        subprocess.run(["git", "init", "-q", folder], check=True)
    return found


@pytest.fixture
def waits() -> threading.Event:
    """Set once a command waits for a lock."""
    return threading.Event()


@pytest.fixture
def home(tmp_path: Path, waits: threading.Event) -> UserState:
    environment = {"WTC_CONFIG_DIR": str(tmp_path / "config")}
    return open_user_state(Target(cwd=str(tmp_path), environment=environment), lambda _event: waits.set())


def is_free(home: UserState, folder: str) -> bool:
    descriptor = inheritable_lock(home.store, folder)
    if descriptor is not None:
        os.close(descriptor)
    return descriptor is not None


def holding(home: UserState, folder: str, until: threading.Event) -> threading.Thread:
    """A thread that holds a lock until the event."""
    held = threading.Event()

    def hold() -> None:
        with stack_lock(home, folder):
            held.set()
            until.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(30)
    return thread


def test_lock_that_comes_earlier_is_taken_if_it_is_free(home: UserState, folders: list[str]) -> None:
    one, two = folders
    with StackLocks(home) as locks:
        locks.take([two])
        locks.take([one, two])
        assert not is_free(home, one)
        locks.release([one])
        assert is_free(home, one)
        assert not is_free(home, two)
    assert is_free(home, two)


def test_lock_that_comes_earlier_is_not_waited_for(home: UserState, folders: list[str]) -> None:
    one, two = folders
    done = threading.Event()
    other = holding(home, one, done)
    try:
        with StackLocks(home) as locks:
            locks.take([two])
            with pytest.raises(LocksBusyError) as busy:
                locks.take([one])
        assert list(busy.value.worktrees) == [one, two]
        assert is_free(home, two)
    finally:
        done.set()
        other.join()


@pytest.mark.parametrize("reverse", [False, True])
def test_locks_are_waited_for_in_one_order(
    home: UserState, folders: list[str], waits: threading.Event, *, reverse: bool
) -> None:
    one, two = folders
    done = threading.Event()
    other = holding(home, one, done)
    taken: list[bool] = []

    def take() -> None:
        with StackLocks(home) as locks:
            locks.take(sorted(folders, reverse=reverse))
            taken.append(True)

    waiting = threading.Thread(target=take)
    waiting.start()
    assert waits.wait(30)
    assert is_free(home, two)
    done.set()
    other.join()
    waiting.join()
    assert taken == [True]


def test_two_spellings_of_a_worktree_have_one_lock(home: UserState, folders: list[str], tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(folders[0])
    with StackLocks(home) as locks:
        locks.take([folders[0], str(link)])
        assert not is_free(home, folders[0])
