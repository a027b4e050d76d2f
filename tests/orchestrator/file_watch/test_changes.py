"""Changes of real files, as editors, git and shells make them."""

import os
import shutil
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic

import pytest

from tests.e2e.harness import write
from wtc.errors import WtcError
from wtc.orchestrator.file_watch.changes import FileChanges
from wtc.orchestrator.file_watch.decide import Kind

DEADLINE_S = 20.0


@contextmanager
def watching(*paths: Path) -> Generator[FileChanges]:
    changes = FileChanges([str(path) for path in paths])
    try:
        yield changes
    finally:
        changes.close()


def seen(changes: FileChanges, enough: Callable[[dict[Path, set[Kind]]], bool]) -> dict[Path, set[Kind]]:
    """Wait until the changes so far are enough, and return them: path -> kinds."""
    found: dict[Path, set[Kind]] = {}
    end_s = monotonic() + DEADLINE_S
    while not enough(found):
        assert monotonic() < end_s, f"only {found}"
        for change in changes.take(timeout_s=1.0):
            found.setdefault(Path(change.path), set()).add(change.kind)
    return found


def has(path: Path, *kinds: Kind) -> Callable[[dict[Path, set[Kind]]], bool]:
    return lambda found: found.get(path, set()).issuperset(kinds) and path in found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder `src` with a file, in a real path."""
    real = Path(os.path.realpath(tmp_path))
    write(real, {"src/a": "one"})
    return real / "src"


def test_written_file_is_seen(folder: Path) -> None:
    with watching(folder) as changes:
        (folder / "a").write_text("two")
        seen(changes, has(folder / "a"))


def test_file_that_is_replaced_by_a_rename_is_seen_each_time(folder: Path) -> None:
    with watching(folder) as changes:
        for text in ("two", "three"):
            (folder / "a.tmp").write_text(text)
            (folder / "a.tmp").replace(folder / "a")
            seen(changes, has(folder / "a"))


def test_watched_file_that_is_replaced_by_a_rename_is_seen_each_time(folder: Path) -> None:
    with watching(folder / "a") as changes:
        for text in ("two", "three"):
            (folder / "a.tmp").write_text(text)
            (folder / "a.tmp").replace(folder / "a")
            assert seen(changes, has(folder / "a")).keys() == {folder / "a"}


def test_watched_file_may_appear_and_go(folder: Path) -> None:
    late = folder / "late"
    with watching(late) as changes:
        late.write_text("x")
        seen(changes, has(late, Kind.ADDED))
        late.unlink()
        seen(changes, has(late, Kind.REMOVED))


def test_removed_file_and_renamed_folder_are_seen(folder: Path) -> None:
    write(folder, {"old/b": ""})
    with watching(folder) as changes:
        (folder / "a").unlink()
        (folder / "old").rename(folder / "new")
        found = seen(changes, lambda f: {folder / "a", folder / "old", folder / "new"} <= f.keys())
    assert Kind.REMOVED in found[folder / "a"]
    assert Kind.REMOVED in found[folder / "old"]
    assert Kind.ADDED in found[folder / "new"]


def test_file_in_a_new_folder_is_seen(folder: Path) -> None:
    with watching(folder) as changes:
        (folder / "x" / "y").mkdir(parents=True)
        seen(changes, has(folder / "x", Kind.ADDED))
        (folder / "x" / "y" / "z").write_text("")
        seen(changes, has(folder / "x" / "y" / "z"))


def test_watched_folder_may_appear_later(folder: Path) -> None:
    late = folder.parent / "late"
    with watching(late) as changes:
        write(late, {"a": ""})
        seen(changes, has(late, Kind.ADDED))
        (late / "b").write_text("")
        seen(changes, has(late / "b"))


def test_watched_folder_that_is_replaced_is_watched_again(folder: Path) -> None:
    with watching(folder) as changes:
        folder.rename(folder.parent / "before")
        write(folder, {"c": ""})
        seen(changes, has(folder, Kind.ADDED))
        (folder / "d").write_text("")
        seen(changes, has(folder / "d"))


@pytest.mark.parametrize("renamed", ["src", "."], ids=["the folder", "its parent"])
def test_files_of_a_watched_folder_that_is_renamed_are_removed(tmp_path: Path, renamed: str) -> None:
    parent = Path(os.path.realpath(tmp_path)) / "project"
    write(parent, {"src/a": "one", "src/sub/b": "two"})
    folder = parent / "src"
    with watching(folder) as changes:
        moved = os.path.normpath(parent / renamed)
        os.rename(moved, f"{moved}-away")
        found = seen(changes, has(folder, Kind.REMOVED))
        assert found == {path: {Kind.REMOVED} for path in (folder, folder / "a", folder / "sub", folder / "sub" / "b")}
        os.rename(f"{moved}-away", moved)
        seen(changes, has(folder, Kind.ADDED))


def test_file_that_a_replaced_folder_no_longer_has_is_removed(folder: Path) -> None:
    write(folder.parent, {"next/c": ""})
    with watching(folder) as changes:
        folder.rename(folder.parent / "before")
        (folder.parent / "next").rename(folder)
        found = seen(changes, has(folder, Kind.ADDED))
    assert Kind.REMOVED in found[folder / "a"]


def test_closed_watch_holds_no_folder_open(folder: Path) -> None:
    def is_open() -> bool:
        found: list[os.stat_result] = []
        for descriptor in os.listdir("/dev/fd"):
            with suppress(OSError):  # the one that lists them is closed by now
                found.append(os.fstat(int(descriptor)))
        return any(os.path.samestat(one, folder.stat()) for one in found)

    with watching(folder):
        assert is_open()
    assert not is_open()


def test_files_of_a_watched_folder_that_is_removed_are_seen(folder: Path) -> None:
    with watching(folder) as changes:
        shutil.rmtree(folder)
        found = seen(changes, lambda f: {folder, folder / "a"} <= f.keys())
    assert Kind.REMOVED in found[folder]
    assert Kind.REMOVED in found[folder / "a"]


def test_file_behind_a_linked_folder_is_seen_by_its_real_path(folder: Path) -> None:
    write(folder, {"real/a": "one"})
    (folder / "link").symlink_to("real")
    with watching(folder) as changes:
        (folder / "link" / "a").write_text("two")
        found = seen(changes, has(folder / "real" / "a"))
    assert folder / "link" / "a" not in found


def test_folder_inside_another_watched_one_is_seen_once(folder: Path) -> None:
    write(folder, {"sub/b": "one"})
    with watching(folder, folder / "sub") as changes:
        (folder / "sub" / "b").write_text("two")
        seen(changes, has(folder / "sub" / "b"))


def test_closed_watch_takes_nothing(folder: Path) -> None:
    changes = FileChanges([str(folder)])
    changes.close()
    assert changes.take() == []


@pytest.mark.parametrize("name", ["watchfiles", "watchfiles._rust_notify"])
@pytest.mark.parametrize(
    ("installed", "command"),
    [("pip", "'/my python' -m pip install watchfiles"), ("", "uv pip install --python '/my python' watchfiles")],
)
def test_missing_watchfiles_is_an_error_with_the_command_that_installs_it(
    folder: Path, name: str, installed: str, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "watchfiles._rust_notify", raising=False)
    monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setattr(sys, "executable", "/my python")

    def find_spec(found: str) -> bool:
        return found == installed

    monkeypatch.setattr("importlib.util.find_spec", find_spec)
    with pytest.raises(WtcError) as caught:
        FileChanges([str(folder)])
    assert caught.value.message == "watchfiles is not installed, which `watch` needs"
    assert caught.value.hints == (f"to install it, run `{command}`",)
