"""The id file of a worktree: one id for concurrent creators, copies are recognised, links are not followed."""

import json
import os
import stat
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

from wtc.worktrees.worktree_id import (
    UnreadableIdError,
    create_id,
    has_record,
    lock_path,
    read_id,
    record_id,
    record_move,
    recorded_moves,
    recorded_paths,
)

ID = "0123456789abcdef" * 2


@pytest.fixture
def git_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "git"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    return folder


def id_file(git_dir: Path) -> Path:
    return git_dir / "wtc/id"


def test_id_is_random_and_read_back(git_dir: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    created = create_id(str(git_dir))
    found = read_id(str(git_dir))
    assert found
    assert (found.id, found.copied) == (created, False)
    assert len(created) == 32
    assert create_id(str(other)) != created


def test_id_that_exists_is_kept(git_dir: Path) -> None:
    assert create_id(str(git_dir)) == create_id(str(git_dir))


def test_adopted_id_replaces_the_existing_one(git_dir: Path) -> None:
    create_id(str(git_dir))
    assert create_id(str(git_dir), worktree_id=ID) == ID
    found = read_id(str(git_dir))
    assert found
    assert (found.id, found.copied) == (ID, False)


def test_without_a_file_there_is_no_id(git_dir: Path) -> None:
    assert read_id(str(git_dir)) is None
    assert read_id(str(git_dir / "missing")) is None


def test_copy_of_the_file_is_recognised_and_replaced(git_dir: Path) -> None:
    original = create_id(str(git_dir))
    copy = id_file(git_dir).with_name("copy")
    copy.write_bytes(id_file(git_dir).read_bytes())
    copy.replace(id_file(git_dir))
    found = read_id(str(git_dir))
    assert found
    assert (found.id, found.copied) == (original, True)
    own = create_id(str(git_dir))
    assert own != original
    found = read_id(str(git_dir))
    assert found
    assert (found.id, found.copied) == (own, False)


def test_threads_that_create_the_id_at_once_get_the_same_one(git_dir: Path) -> None:
    barrier = threading.Barrier(8)

    def create(_: int) -> str:
        barrier.wait()
        return create_id(str(git_dir))

    with ThreadPoolExecutor(8) as pool:
        created = set(pool.map(create, range(8)))
    assert len(created) == 1
    assert os.listdir(git_dir / "wtc") == ["id"]


def test_processes_that_create_the_id_at_once_get_the_same_one(git_dir: Path) -> None:
    with ProcessPoolExecutor(4) as pool:
        assert len(set(pool.map(create_id, [str(git_dir)] * 16))) == 1
    assert os.listdir(git_dir / "wtc") == ["id"]


UNREADABLE: dict[str, tuple[Callable[[Path], object], str]] = {
    "empty": (lambda p: p.write_text(""), "it is not JSON"),
    "cut off": (lambda p: p.write_text('{"id": "0123'), "it is not JSON"),
    "not UTF-8": (lambda p: p.write_bytes(b"\xff\xfe{"), "it is not JSON"),
    "a list": (lambda p: p.write_text("[]"), "it does not contain an id and an inode"),
    "deeply nested": (lambda p: p.write_text("[" * 60000), "it is not JSON"),
    "no inode": (lambda p: p.write_text(json.dumps({"id": ID})), "it does not contain an id and an inode"),
    "an inode that is true": (
        lambda p: p.write_text(json.dumps({"id": ID, "inode": True})),
        "it does not contain an id and an inode",
    ),
    "an id that leads out of the folder": (
        lambda p: p.write_text(json.dumps({"id": "../../../etc/passwd", "inode": 1})),
        "it does not contain an id and an inode",
    ),
    "huge": (lambda p: p.write_text(json.dumps({"id": ID, "inode": 1, "x": "y" * 100_000})), "it is not JSON"),
    "a FIFO": (os.mkfifo, "it is not a regular file"),
    "a folder": (Path.mkdir, "it is not a regular file"),
    "a link to a file": (lambda p: p.symlink_to(__file__), "too many levels of symbolic links"),
    "a link to nothing": (lambda p: p.symlink_to("/nonexistent"), "too many levels of symbolic links"),
    "a link to an endless file": (lambda p: p.symlink_to("/dev/zero"), "too many levels of symbolic links"),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_unreadable_id_is_an_error_that_names_the_file_and_changes_nothing(git_dir: Path, kind: str) -> None:
    make, cause = UNREADABLE[kind]
    (git_dir / "wtc").mkdir()
    make(id_file(git_dir))
    before = os.lstat(id_file(git_dir))
    for use in (read_id, create_id):
        with pytest.raises(UnreadableIdError) as raised:
            use(str(git_dir))
        assert raised.value.message == f"cannot read the worktree's id in `{git_dir}/wtc/id`"
        assert raised.value.causes == (cause,)
    after = os.lstat(id_file(git_dir))
    assert (before.st_ino, before.st_size, before.st_mtime_ns) == (after.st_ino, after.st_size, after.st_mtime_ns)


@pytest.mark.parametrize("write", [create_id, lock_path], ids=["id", "lock"])
def test_folder_that_is_a_link_is_not_written_through(
    git_dir: Path, tmp_path: Path, write: Callable[[str], str]
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (git_dir / "wtc").symlink_to(elsewhere)
    with pytest.raises(OSError, match=r"Not a directory|Too many levels"):
        write(str(git_dir))
    assert os.listdir(elsewhere) == []


def test_lock_that_is_a_link_is_refused(git_dir: Path, tmp_path: Path) -> None:
    (git_dir / "wtc").mkdir()
    (git_dir / "wtc/lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="is not a file"):
        lock_path(str(git_dir))
    assert not (tmp_path / "elsewhere").exists()


def test_lock_file_is_next_to_the_id_file(git_dir: Path) -> None:
    assert lock_path(str(git_dir)) == lock_path(str(git_dir)) == f"{git_dir}/wtc/lock"


def test_missing_git_folder_cannot_have_an_id(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        create_id(str(tmp_path / "missing"))


@pytest.mark.parametrize("mode", [0o700, 0o750, 0o755, 0o775, 0o2775])
def test_what_is_created_has_the_permissions_of_the_git_folder(git_dir: Path, mode: int) -> None:
    git_dir.chmod(mode)
    create_id(str(git_dir))
    lock_path(str(git_dir))
    record_id(str(git_dir), ID)
    record_move(str(git_dir), ID, "/w/accra")
    modes = {
        name: stat.S_IMODE((git_dir / name).stat().st_mode)
        for name in ("wtc", "wtc/id", "wtc/lock", "wtc/ids", f"wtc/ids/{ID}", "wtc/moves", f"wtc/moves/{ID}")
    }
    of_file = mode & 0o666
    assert modes == {
        "wtc": mode,
        "wtc/id": of_file,
        "wtc/lock": of_file,
        "wtc/ids": mode,
        f"wtc/ids/{ID}": of_file,
        "wtc/moves": mode,
        f"wtc/moves/{ID}": of_file,
    }


@pytest.mark.skipif(os.geteuid() != 0, reason="needs the right to change owners")
def test_what_root_creates_belongs_to_the_owner_of_the_git_folder(git_dir: Path) -> None:
    os.chown(git_dir, 4321, 4322)
    create_id(str(git_dir))
    lock_path(str(git_dir))
    record_id(str(git_dir), ID)
    record_move(str(git_dir), ID, "/w/accra")
    created = [git_dir / "wtc", *(git_dir / "wtc").rglob("*")]
    assert len(created) == 7
    assert {(p.stat().st_uid, p.stat().st_gid) for p in created} == {(4321, 4322)}


def test_id_is_recorded_once(git_dir: Path) -> None:
    assert not has_record(str(git_dir), ID)
    record_id(str(git_dir), ID)
    record_id(str(git_dir), ID)
    assert has_record(str(git_dir), ID)
    assert not has_record(str(git_dir), "f" * 32)


@pytest.mark.parametrize("name", ["", ".", "..", "../id", "unreadable"])
def test_label_that_is_not_an_id_has_no_record(git_dir: Path, name: str) -> None:
    create_id(str(git_dir))
    record_id(str(git_dir), ID)
    assert not has_record(str(git_dir), name)


def test_moves_are_recorded_by_id_with_the_latest_path_last(git_dir: Path) -> None:
    assert recorded_paths(str(git_dir), ID) == ()
    for path in ("/w/a", "/w/b", "/w/a"):
        record_move(str(git_dir), ID, path)
    record_move(str(git_dir), "f" * 32, "/w/c")
    assert recorded_paths(str(git_dir), ID) == ("/w/b", "/w/a")
    assert recorded_moves(str(git_dir)) == {ID: ("/w/b", "/w/a"), "f" * 32: ("/w/c",)}


@pytest.mark.parametrize("path", ["/w/accra", "/w/Zürich", "/w/\udcff\udcfe", "/w/a\nb"])
def test_any_path_of_a_move_is_read_back(git_dir: Path, path: str) -> None:
    record_move(str(git_dir), ID, path)
    assert recorded_paths(str(git_dir), ID) == (path,)


@pytest.mark.parametrize("content", ["", "{", "{}", '[1, null, "relative"]', "[" * 60000])
def test_record_that_is_damaged_proves_nothing(git_dir: Path, content: str) -> None:
    record_move(str(git_dir), ID, "/w/a")
    (git_dir / "wtc/moves" / ID).write_text(content)
    assert recorded_paths(str(git_dir), ID) == ()


def test_file_with_another_name_is_not_a_record(git_dir: Path) -> None:
    record_move(str(git_dir), ID, "/w/a")
    (git_dir / "wtc/moves/notes").write_text('["/w/b"]')
    assert recorded_moves(str(git_dir)) == {ID: ("/w/a",)}
