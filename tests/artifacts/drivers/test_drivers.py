"""The drivers of wtc meet the contract of drivers; what the filesystem adds to it."""

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from wtc.artifacts import (
    ArtifactError,
    Collection,
    FilesystemMountDriver,
    InMemoryMountDriver,
    NoMountpoint,
    OutsideRootError,
    WrongAccessibleTypeException,
)
from wtc.artifacts.drivers import folders, journal
from wtc.artifacts.testing import AtomicMountDriverContract


class TestInMemory(AtomicMountDriverContract):
    @pytest.fixture
    def root(self) -> Collection:
        return InMemoryMountDriver().mount(NoMountpoint())


class TestFilesystem(AtomicMountDriverContract):
    @pytest.fixture
    def root(self, tmp_path: Path) -> Collection:
        return FilesystemMountDriver().mount(tmp_path / "root")


class TestSubCollectionOfFilesystem(AtomicMountDriverContract):
    @pytest.fixture
    def root(self, tmp_path: Path) -> Collection:
        return FilesystemMountDriver().mount(str(tmp_path)).mkdir("a/b")


@pytest.fixture
def root(tmp_path: Path) -> Collection:
    return FilesystemMountDriver().mount(tmp_path)


@pytest.fixture
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder outside of the root, with a file in it."""
    folder = tmp_path_factory.mktemp("outside")
    (folder / "secret").write_text("secret")
    return folder


def test_each_in_memory_mount_is_empty() -> None:
    driver = InMemoryMountDriver()
    driver.mount(NoMountpoint()).touch("a")
    assert not driver.mount(NoMountpoint()).exists("a")


def test_mount_creates_the_folder_with_its_parents(tmp_path: Path) -> None:
    root = FilesystemMountDriver().mount(tmp_path / "a" / "b")
    assert root.path() == tmp_path / "a" / "b"
    assert (tmp_path / "a" / "b").is_dir()


def test_mount_of_a_symbolic_link_is_the_folder_that_it_leads_to(tmp_path: Path, outside: Path) -> None:
    (tmp_path / "link").symlink_to(outside)
    root = FilesystemMountDriver().mount(tmp_path / "link")
    assert [one.name() for one in root.ls()] == ["secret"]
    assert root.path() == outside


@pytest.mark.parametrize("path", ["link", "link/secret", "link/new", "a/link", "a/link/secret", "file", "dangling"])
def test_symbolic_links_are_refused_at_any_level(root: Collection, tmp_path: Path, outside: Path, path: str) -> None:
    (tmp_path / "a").mkdir()
    for link, target in (("link", outside), ("a/link", outside), ("file", outside / "secret"), ("dangling", "nowhere")):
        (tmp_path / link).symlink_to(target)
    for method in (root.find, root.exists, root.touch, root.mkdir, root.rm, root.find_object, root.find_collection):
        with pytest.raises(OutsideRootError):
            method(path)
    assert sorted(os.listdir(outside)) == ["secret"]
    assert (outside / "secret").read_text() == "secret"


def test_a_link_that_takes_the_place_of_an_object_is_not_written_through(
    root: Collection, tmp_path: Path, outside: Path
) -> None:
    stored = root.touch("a")
    (tmp_path / "a").unlink()
    (tmp_path / "a").symlink_to(outside / "secret")
    with pytest.raises(OutsideRootError):
        stored.write_text("overwritten")
    with pytest.raises(OutsideRootError):
        stored.read_text()
    assert (outside / "secret").read_text() == "secret"


def test_ls_leaves_out_links_and_special_files(root: Collection, tmp_path: Path, outside: Path) -> None:
    (tmp_path / "link").symlink_to(outside)
    os.mkfifo(tmp_path / "fifo")
    root.touch("a")
    assert [one.name() for one in root.ls()] == ["a"]


def test_a_special_file_is_refused(root: Collection, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(WrongAccessibleTypeException, match="special file"):
        root.find("fifo")


def test_rm_removes_links_in_a_collection_and_not_what_they_lead_to(
    root: Collection, tmp_path: Path, outside: Path
) -> None:
    root.mkdir("a/b")
    (tmp_path / "a" / "b" / "link").symlink_to(outside)
    root.rm("a")
    assert os.listdir(tmp_path) == []
    assert (outside / "secret").read_text() == "secret"


def test_new_content_keeps_the_permissions(root: Collection, tmp_path: Path) -> None:
    stored = root.touch("a")
    (tmp_path / "a").chmod(0o640)
    stored.write_text("content")
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


def test_changes_leave_nothing_else_in_the_folder(root: Collection, tmp_path: Path) -> None:
    with root.transaction():
        root.touch("a/b").write_text("1")
        root.touch("c").write_text("2")
    root.rm("c")
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")) == ["a", "a/b"]


def test_unchanged_content_is_not_written(root: Collection, tmp_path: Path) -> None:
    stored = root.touch("a")
    stored.write_text("content")
    before = (tmp_path / "a").stat()
    stored.write_text("content")
    assert (tmp_path / "a").stat() == before


@pytest.mark.parametrize("path", [".wtc-journal/record", "a/.wtc-collection"])
def test_names_that_drivers_need_are_reserved(root: Collection, path: str) -> None:
    with pytest.raises(OutsideRootError, match="reserved"):
        root.touch(path)


def _two_objects(root: Collection) -> None:
    with root.transaction():
        root.touch("a").write_text("new")
        root.touch("b/c").write_text("new")


def test_a_folder_that_cannot_be_written_is_reported_before_anything_changes(
    root: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_arguments: object, **_options: object) -> bool:
        return False

    monkeypatch.setattr(os, "access", refuses)
    with pytest.raises(PermissionError):
        _two_objects(root)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("failing", [0, 1, 2])
def test_a_full_disk_changes_nothing(
    root: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    root.touch("a").write_text("old")
    written: list[str] = []

    def write_file(folder: int, name: str, data: bytes, *, mode: int | None) -> None:
        written.append(name)
        if len(written) > failing:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        folders.write_file(folder, name, data, mode=mode)

    monkeypatch.setattr(journal, "write_file", write_file)
    with pytest.raises(OSError, match="No space left"):
        _two_objects(root)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a": "old"}


def test_a_lock_keeps_another_process_out(root: Collection, tmp_path: Path) -> None:
    reader = (
        "import sys; from wtc.artifacts import FilesystemMountDriver\n"
        "root = FilesystemMountDriver().mount(sys.argv[1]); print('waiting', flush=True)\n"
        "print(root.find_object('a').read_text())"
    )
    root.touch("a").write_text("before")
    with root.lock():
        process = subprocess.Popen([sys.executable, "-c", reader, tmp_path], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        root.touch("a").write_text("between")
        root.touch("a").write_text("after")
    with process:
        assert process.stdout.read() == "after\n"


def test_a_second_mount_in_the_thread_that_has_the_lock_is_an_error(root: Collection, tmp_path: Path) -> None:
    second = FilesystemMountDriver().mount(tmp_path)
    with root.lock(), pytest.raises(ArtifactError, match="another mount in this thread"):
        second.touch("a")
    second.touch("a")
