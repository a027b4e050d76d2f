"""A process that is killed at any write leaves the state before its commit or the one after it."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from wtc.artifacts import Collection, FilesystemMountDriver, JournalError, OutsideRootError

_WRITES = ("open", "mkdir", "rename", "unlink", "rmdir", "write", "fsync", "fchmod")
_KILLED = 9

Step = Callable[[Collection], object]


def before(root: Collection) -> None:
    """The state that each case starts from."""
    with root.transaction():
        for path in ("a", "b", "c/d", "c/e/f", "g/h"):
            root.touch(path).write_text(f"old {path}")


def _several_objects(root: Collection) -> None:
    for path in ("a", "b", "c/d"):
        root.touch(path).write_text(f"new {path}")


def _one_object(root: Collection) -> None:
    root.touch("c/d").write_text("new")


def _new_collections(root: Collection) -> None:
    root.touch("n/o/p").write_text("new")
    root.mkdir("q/r")


def _collection_to_object_and_back(root: Collection) -> None:
    root.rm("c")
    root.touch("c").write_text("an object now")
    root.rm("a")
    root.touch("a/x/y").write_text("below")
    root.rm("g")
    root.touch("g/h").write_text("again")


@pytest.fixture
def unsynced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for the disk: `fsync` changes nothing for a process that is killed, only for a machine."""

    def fsync(_descriptor: int) -> None:
        pass

    monkeypatch.setattr(os, "fsync", fsync)


CASES: list[Step] = [_one_object, _several_objects, _new_collections, _collection_to_object_and_back]


def mounted(folder: Path) -> Collection:
    return FilesystemMountDriver().mount(folder)


def contents(folder: Path) -> dict[str, str | None]:
    """Path -> content, None for a collection, of all that a root has."""
    return dict(_walk(mounted(folder)))


def _walk(collection: Collection) -> Iterable[tuple[str, str | None]]:
    for one in collection.ls():
        if isinstance(one, Collection):
            yield str(one.path()), None
            yield from _walk(one)
        else:
            yield str(one.path()), one.read_text()


def killed_at(number: int, action: Callable[[], object]) -> bool:
    """Run the action in a process that ends before its write of this number, without cleanup; return whether it did."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            _end_at(number)
            action()
            status = 0
        finally:
            os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in {0, _KILLED}
    return status == _KILLED


def _end_at(number: int) -> None:
    """Replace each function that writes by one that counts."""
    remaining = number

    def counting(function: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: Any, **options: Any) -> object:
            nonlocal remaining
            remaining -= function is not really_open or bool(arguments[1] & os.O_CREAT)
            if remaining < 0:
                os._exit(_KILLED)
            return function(*arguments, **options)

        return call

    really_open = os.open

    for name in _WRITES:
        setattr(os, name, counting(getattr(os, name)))


def commit(folder: Path, step: Step) -> None:
    root = mounted(folder)
    with root.transaction():
        step(root)


@pytest.mark.usefixtures("unsynced")
@pytest.mark.parametrize("step", CASES, ids=lambda step: step.__name__)
def test_a_kill_at_each_write_leaves_the_state_before_or_after(tmp_path: Path, step: Step) -> None:
    # The root has the same path each time, so that states are comparable.
    folder = tmp_path / "root"
    states: list[dict[str, str | None]] = []
    number = 0
    killed = True
    while killed:
        before(mounted(folder))
        killed = killed_at(number, lambda: commit(folder, step))
        states.append(contents(folder))
        assert not (folder / ".wtc-journal").exists()
        mounted(folder).rm("a")
        _empty(folder)
        number += 1
    before(mounted(folder))
    old = contents(folder)
    assert states[0] == old
    assert states[-1] != old
    committed = states.index(states[-1])
    assert all(state == old for state in states[:committed])
    assert all(state == states[-1] for state in states[committed:])


@pytest.mark.usefixtures("unsynced")
@pytest.mark.parametrize("step", CASES, ids=lambda step: step.__name__)
def test_a_recovery_that_is_killed_is_finished_by_the_next_one(tmp_path: Path, step: Step) -> None:
    folder = tmp_path / "root"
    before(mounted(folder))
    old = contents(folder)
    commit(folder, step)
    new = contents(folder)
    _empty(folder)
    number = 0
    kills = 0
    while True:
        before(mounted(folder))
        if not killed_at(number, lambda: commit(folder, step)):
            break
        # Each recovery gets one write further than the one before.
        recovery = 0
        while killed_at(recovery, lambda: mounted(folder).exists("a")):
            recovery += 1
            kills += 1
        assert contents(folder) in (old, new)
        _empty(folder)
        number += 1
    assert kills > number


def _empty(folder: Path) -> None:
    root = mounted(folder)
    with root.transaction():
        for one in list(root.ls()):
            root.rm(one.name())


@pytest.mark.parametrize("record", ["", "{", "[]", '{"version": 2}', '{"version": 1, "removed": 5}'])
def test_a_journal_that_cannot_be_read_is_kept_and_reported(tmp_path: Path, record: str) -> None:
    root = mounted(tmp_path)
    (tmp_path / ".wtc-journal").mkdir()
    (tmp_path / ".wtc-journal" / "record").write_text(record)
    with pytest.raises(JournalError, match=r"\.wtc-journal"):
        root.exists("a")
    assert (tmp_path / ".wtc-journal" / "record").read_text() == record


def test_a_record_that_leads_out_of_the_root_is_not_replayed(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (tmp_path / ".wtc-journal").mkdir()
    (tmp_path / "link").symlink_to(outside)
    for path in ('"..", "x"', '"link", "x"'):
        (tmp_path / ".wtc-journal" / "0").write_text("content")
        record = f'{{"version": 1, "removed": [], "collections": [], "objects": [[{path}]]}}'
        (tmp_path / ".wtc-journal" / "record").write_text(record)
        with pytest.raises(OutsideRootError):
            mounted(tmp_path).exists("a")
    assert os.listdir(outside) == []


def test_a_recorded_commit_that_cannot_be_finished_is_kept_until_it_can(tmp_path: Path) -> None:
    root = mounted(tmp_path)
    (tmp_path / ".wtc-journal").mkdir()
    (tmp_path / ".wtc-journal" / "0").write_text("content")
    (tmp_path / ".wtc-journal" / "record").write_text(
        '{"version": 1, "removed": [], "collections": [], "objects": [["a"]]}'
    )
    (tmp_path / "a" / "in-the-way").mkdir(parents=True)
    for _ in range(2):
        with pytest.raises(JournalError, match="cannot be finished"):
            root.exists("a")
    (tmp_path / "a" / "in-the-way").rmdir()
    (tmp_path / "a").rmdir()
    assert contents(tmp_path) == {str(tmp_path / "a"): "content"}


def test_a_journal_without_a_record_is_discarded(tmp_path: Path) -> None:
    root = mounted(tmp_path)
    root.touch("a").write_text("kept")
    (tmp_path / ".wtc-journal").mkdir()
    (tmp_path / ".wtc-journal" / "0").write_text("half a com")
    assert [one.name() for one in root.ls()] == ["a"]
    assert os.listdir(tmp_path) == ["a"]
