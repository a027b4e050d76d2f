"""Locks: one holder at a time, said when it takes long, free when the holder dies."""

import errno
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from wtc.errors import WtcError
from wtc.registry import file_lock
from wtc.registry.store import Store

HOLDER = """
import sys
from wtc.registry.store import Store
with Store(sys.argv[1]).stack_lock("a-1"):
    print("held", flush=True)
    sys.stdin.read()
"""


class Holder:
    """Another process that holds the lock of `a-1` until it is let go or killed."""

    def __init__(self, config: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(config)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"held\n"

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def let_go(self) -> None:
        self.process.communicate(b"")


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[Holder]:
    found = Holder(tmp_path)
    yield found
    if found.process.poll() is None:
        found.kill()


@pytest.mark.parametrize("end", [Holder.let_go, Holder.kill])
def test_waiting_process_reports_the_holder_and_gets_the_lock_at_its_end(
    tmp_path: Path, holder: Holder, end: Callable[[Holder], None]
) -> None:
    said: list[str] = []

    def waiting(message: str) -> None:
        said.append(message)
        threading.Thread(target=end, args=[holder]).start()

    with Store(str(tmp_path), waiting=waiting, patience_s=0).stack_lock("a-1"):
        assert holder.process.wait(10) is not None
    assert said == [f"waiting for another wtc (process {holder.process.pid}) to finish with `a-1`"]


def test_long_wait_is_reported_again(tmp_path: Path, holder: Holder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wtc.registry.file_lock.AGAIN_S", 0.01)
    lines: list[str] = []

    def waiting(message: str) -> None:
        lines.append(message)
        if len(lines) == 3:
            holder.kill()

    with Store(str(tmp_path), waiting=waiting, patience_s=0).stack_lock("a-1"):
        pass
    assert len(lines) >= 3
    assert len(set(lines)) == 1


def test_short_wait_is_not_reported(tmp_path: Path, holder: Holder) -> None:
    said: list[str] = []
    killer = threading.Thread(target=holder.kill)
    killer.start()
    with Store(str(tmp_path), waiting=said.append, patience_s=60).stack_lock("a-1"):
        killer.join()
    assert said == []


def test_the_stacks_of_two_worktrees_do_not_wait_for_each_other(tmp_path: Path) -> None:
    store = Store(str(tmp_path), waiting=pytest.fail, patience_s=0)
    with store.stack_lock("a-1"), store.stack_lock("b-1"), store.transaction():
        assert {path.name for path in (tmp_path / "locks").iterdir()} == {"a-1.lock", "b-1.lock"}


@pytest.mark.parametrize("namespace", ["../../evil", "..", "", "a/b", "/tmp/evil", "a\0b"])
def test_a_namespace_that_leads_out_of_the_folder_has_no_lock(tmp_path: Path, namespace: str) -> None:
    store = Store(str(tmp_path / "config"))
    with pytest.raises(WtcError, match="is not a valid namespace"), store.stack_lock(namespace):
        pass
    with pytest.raises(WtcError, match="is not a valid namespace"):
        store.inheritable_stack_lock(namespace)
    assert list(tmp_path.rglob("*")) == []


def test_a_discarded_lock_leaves_no_file_and_can_be_taken_again(tmp_path: Path) -> None:
    store = Store(str(tmp_path), waiting=pytest.fail, patience_s=0)
    for _ in range(2):
        with store.stack_lock("a-1", discard=True):
            assert (tmp_path / "locks" / "a-1.lock").read_text() == f"{os.getpid()}\n"
        assert list((tmp_path / "locks").iterdir()) == []


def test_lock_whose_file_is_removed_while_it_is_taken_is_not_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "lock")
    take = file_lock.inheritable_lock

    def remove_once_taken(path: str) -> int | None:
        descriptor = take(path)
        os.unlink(path)
        return descriptor

    monkeypatch.setattr(file_lock, "inheritable_lock", remove_once_taken)
    held = file_lock.acquire_lock(path, patience_s=60, waiting=pytest.fail)
    assert take(path) is None
    held.release()
    assert take(path) is not None


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.ENOLCK, errno.EACCES])
def test_lock_that_cannot_be_taken_at_once_is_left_to_filelock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(_path: str) -> int | None:
        raise OSError(number, os.strerror(number))

    path = str(tmp_path / "lock")
    take = file_lock.inheritable_lock
    monkeypatch.setattr(file_lock, "inheritable_lock", refuse)
    held = file_lock.acquire_lock(path, patience_s=60, waiting=pytest.fail)
    assert take(path) is None
    held.release()


def test_free_lock_is_taken_without_filelock(tmp_path: Path) -> None:
    code = f"""
import sys
from wtc.registry.store import Store
with Store({str(tmp_path)!r}).stack_lock("a-1"):
    assert "filelock" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_lock_taken_after_a_discard_is_the_one_that_others_see(tmp_path: Path) -> None:
    waits = threading.Event()
    entered = threading.Event()
    leave = threading.Event()

    def wait_for_it() -> None:
        with Store(str(tmp_path), waiting=lambda _message: waits.set(), patience_s=0).stack_lock("a-1"):
            entered.set()
            leave.wait(60)

    waiter = threading.Thread(target=wait_for_it)
    with Store(str(tmp_path)).stack_lock("a-1", discard=True):
        waiter.start()
        assert waits.wait(60)
        assert not entered.is_set()
    assert entered.wait(60)
    said: list[str] = []

    def third(message: str) -> None:
        said.append(message)
        leave.set()

    with Store(str(tmp_path), waiting=third, patience_s=0).stack_lock("a-1"):
        waiter.join(60)
    assert len(said) == 1
