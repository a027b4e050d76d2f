"""Ignored files that `.worktreeinclude` has copied into a fresh worktree."""

import errno
import fcntl
import os
import shutil
import stat
from pathlib import Path

import pytest

from tests.git_template import make_repository
from tests.orchestrator.repository import COMPOSE, Pair, write
from wtc.errors import WtcError
from wtc.orchestrator.worktree_files.copy_files import copy_file
from wtc.worktrees import ignored_files as included_files

INCLUDED = {
    "a.key": "a",
    "deep/b.key": "b",
    "secret/c": "c",
    "secret/deeper/d": "d",
    "other/e": "e",
    "node_modules/x/f.key": "f",
    "with space/ü.key": "g",
}


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        ("*.key\n", {"a.key", "deep/b.key", "with space/ü.key"}),
        ("/a.key\n# a comment\n\n", {"a.key"}),
        ("secret/\n", {"secret/c", "secret/deeper/d"}),
        ("secret/deeper\n", {"secret/deeper/d"}),
        ("secret/*\n!secret/c\n", {"secret/deeper/d"}),
        ("node_modules/x/f.key\n", {"node_modules/x/f.key"}),
        ("with*/\n", {"with space/ü.key"}),
        ("tracked.txt\nloose.txt\n", set[str]()),
        ("", set[str]()),
    ],
)
def test_what_worktreeinclude_names_is_copied_if_git_ignores_it(
    repository: Pair, patterns: str, expected: set[str]
) -> None:
    gitignore = "*.key\nsecret/\nother/\nnode_modules/\n"
    repository.make({".gitignore": gitignore, ".worktreeinclude": patterns, "tracked.txt": "t"}, INCLUDED)
    write(repository.main, {"loose.txt": "untracked, and not ignored"})
    result = repository.setup()
    assert repository.files() == {name: INCLUDED[name] for name in expected}
    assert {os.path.relpath(one.path, repository.linked) for one in result.copied} == expected


def test_many_files_of_a_folder_are_reported_in_one_line_and_not_synced_each(
    repository: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.make({".gitignore": "node_modules/\n.env*\n", ".worktreeinclude": "node_modules/\n"}, {})
    write(repository.main, {f"node_modules/{n % 20}/{n}.js": str(n) for n in range(400)})
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    repository.setup()
    assert repository.files() == {f"node_modules/{n % 20}/{n}.js": str(n) for n in range(400)}
    assert f"400 files of node_modules were copied from {repository.main}" in repository.tail_lines
    assert len(repository.tail_lines) == 1
    assert len(synced) < 10


@pytest.mark.parametrize("name", ["with space.key", "new\nline.key", "tab\t.key", "-dash.key", "*.key", '"quoted".key'])
def test_file_with_an_odd_name_is_copied_and_reported_on_one_line(repository: Pair, name: str) -> None:
    repository.make({".gitignore": "*.key\n", ".worktreeinclude": "*.key\n"}, {})
    write(repository.main, {name: "k"})
    repository.setup()
    assert repository.files() == {name: "k"}
    assert [text.count("\n") for text in repository.tail_lines] == [0]


def test_too_many_patterns_are_not_followed(repository: Pair) -> None:
    repository.make({".gitignore": "*.key\n", ".worktreeinclude": "*.key\n" * 20_000}, {"a.key": "a"})
    repository.setup()
    assert repository.files() == {}
    assert any("was not followed: Is larger than 64 KiB" in text for text in repository.tail_lines)


def test_a_link_stays_a_link_and_a_closed_file_closed(repository: Pair) -> None:
    repository.make({".gitignore": "*.key\n", ".worktreeinclude": "*.key\n"}, {"a.key": "a"})
    (repository.main / "a.key").chmod(0o600)
    for name, leads_to in {"link.key": "a.key", "dangling.key": "../nowhere", "far.key": "/etc/hostname"}.items():
        (repository.main / name).symlink_to(leads_to)
    repository.setup()
    links = {p.name: os.readlink(p) for p in repository.linked.iterdir() if p.is_symlink()}
    assert links == {"link.key": "a.key", "dangling.key": "../nowhere", "far.key": "/etc/hostname"}
    assert stat.S_IMODE((repository.linked / "a.key").stat().st_mode) == 0o600


def test_setup_refuses_a_worktree_whose_git_folder_is_missing(repository: Pair) -> None:
    repository.make({".worktreeinclude": "*.key\n"}, {})
    repository.main.rename(repository.main.parent / "moved")
    with pytest.raises(WtcError, match="does not point to a git folder"):
        repository.setup()


class Bare:
    """The worktrees of a bare repository, each newer than the one before."""

    def __init__(self, pair: Pair, base: Path) -> None:
        self.pair, self.base, self.bare = pair, base, base / "bare.git"
        pair.git("clone", "-q", "--bare", str(pair.main), str(self.bare))
        self.count = 0

    def add(self, name: str, files: dict[str, str]) -> Path:
        path = self.base / name
        self.pair.git("worktree", "add", "-q", "--detach", str(path), "main", cwd=self.bare)
        self.count += 1
        os.utime(self.bare / "worktrees" / name / "gitdir", (self.count, self.count))
        write(path, files)
        return path


IGNORE_MODULES = {".gitignore": "*.key\nnode_modules/\n", ".worktreeinclude": "*.key\nnode_modules/\n"}


@pytest.fixture
def bare(repository: Pair, tmp_path: Path) -> Bare:
    repository.make(IGNORE_MODULES, {})
    return Bare(repository, tmp_path)


def test_first_worktree_of_a_bare_repository_gets_nothing(bare: Bare) -> None:
    assert bare.pair.setup(bare.add("first", {})).copied == ()


def test_worktree_of_a_bare_repository_gets_each_file_from_the_newest_that_has_it(bare: Bare) -> None:
    bare.add("old", {"a.key": "old", "deep/b.key": "old", "c.key": "old"})
    bare.add("new", {"a.key": "new", "deep/b.key": "new"})
    bare.add("empty", {})
    fresh = bare.add("fresh", {})
    bare.pair.setup(fresh)
    assert bare.pair.files(fresh) == {"a.key": "new", "c.key": "old", "deep/b.key": "new"}


def test_ignored_folder_is_not_put_together_from_two_worktrees(bare: Bare) -> None:
    bare.add("old", {"node_modules/a.js": "old", "node_modules/only-old.js": "old"})
    bare.add("new", {f"node_modules/{name}.js": "new" for name in "abcdefghijklm"})
    fresh = bare.add("fresh", {})
    bare.pair.setup(fresh)
    assert bare.pair.files(fresh) == {f"node_modules/{name}.js": "new" for name in "abcdefghijklm"}
    assert f"13 files of node_modules were copied from {bare.base / 'new'}" in bare.pair.tail_lines


def test_worktree_of_a_bare_repository_whose_folder_is_gone_is_skipped(bare: Bare) -> None:
    bare.add("old", {"a.key": "old"})
    shutil.rmtree(bare.add("gone", {"a.key": "gone"}))
    fresh = bare.add("fresh", {})
    bare.pair.setup(fresh)
    assert bare.pair.files(fresh) == {"a.key": "old"}


def test_file_shares_its_blocks_if_the_file_system_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, copy = tmp_path / "source", tmp_path / "copy"
    source.write_text("content")
    source.chmod(0o640)

    def ficlone(destination: int, request: int, origin: int) -> int:
        assert request == 0x40049409
        assert (os.fstat(destination).st_size, os.fstat(origin).st_ino) == (0, source.stat().st_ino)
        os.write(destination, b"cloned")
        return 0

    monkeypatch.setattr(fcntl, "ioctl", ficlone)
    assert copy_file(str(source), str(copy))
    assert (copy.read_text(), stat.S_IMODE(copy.stat().st_mode)) == ("cloned", 0o640)


def test_copy_is_never_the_same_file(tmp_path: Path) -> None:
    source, copy = tmp_path / "source", tmp_path / "copy"
    source.write_text("content")
    assert copy_file(str(source), str(copy))
    copy.write_text("changed")
    assert source.read_text() == "content"
    assert (source.stat().st_nlink, copy.stat().st_nlink) == (1, 1)


def test_bare_repository_called_git_is_not_copied_from(repository: Pair, tmp_path: Path) -> None:
    repository.make({".worktreeinclude": "*.key\n"}, {})
    project = tmp_path / "project"
    repository.git("clone", "-q", "--bare", str(repository.main), str(project / ".git"))
    (project / ".env.example").write_text("not copied")
    repository.git("worktree", "add", "-q", str(project / "accra"), "main", cwd=project)
    result = repository.setup(project / "accra")
    assert (result.copied, result.env, repository.tail_lines) == ((), None, [])


def test_files_of_a_submodule_are_copied_from_the_submodule_only(repository: Pair, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    repository.git("init", "-q", cwd=other)
    repository.git("commit", "-q", "--allow-empty", "-m", "a", cwd=other)
    write(repository.main, {".gitignore": "*.key\n", ".worktreeinclude": "*.key\nsub/*.key\n", "compose.yaml": COMPOSE})
    make_repository(repository.main)
    repository.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "sub")
    repository.git("add", "-A")
    repository.git("commit", "-q", "-m", "a")
    repository.git("worktree", "add", "-q", str(repository.linked))
    write(repository.main, {"a.key": "a", "sub/b.key": "b"})
    repository.setup()
    assert repository.files() == {"a.key": "a"}


def test_what_this_worktree_would_show_to_git_is_not_copied(repository: Pair) -> None:
    repository.make({".gitignore": "*.key\n", ".worktreeinclude": "*.key\n"}, {"a.key": "a"})
    write(repository.linked, {".gitignore": ""})
    assert repository.setup().copied == ()
    assert "`a.key` was not copied: git does not ignore it in this worktree" in repository.tail_lines


def test_a_copy_does_not_leave_the_worktree_by_a_link(repository: Pair, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    repository.make({".gitignore": "deep/\n", ".worktreeinclude": "deep/\n"}, {"deep/a": "a"})
    (repository.linked / "deep").symlink_to(outside)
    repository.setup()
    assert list(outside.iterdir()) == []


def test_ignored_compose_file_is_copied(repository: Pair) -> None:
    repository.make({"compose.yaml": "", ".worktreeinclude": "compose.override.yaml\n"}, {})
    write(repository.main, {"compose.override.yaml": COMPOSE, ".git/info/exclude": "compose.override.yaml\n"})
    assert [e.id.service for e in repository.setup().endpoints] == ["web"]


def test_the_main_worktree_copies_nothing_from_itself(repository: Pair) -> None:
    repository.make({".worktreeinclude": "*\n"}, {"a": "a"})
    assert repository.setup(repository.main).copied == ()


def test_variables_of_a_git_hook_do_not_lead_elsewhere(repository: Pair) -> None:
    repository.make({".worktreeinclude": "a\n"}, {"a": "a"})
    copied = repository.setup(GIT_DIR="/nowhere", GIT_WORK_TREE="/nowhere", GIT_INDEX_FILE="/nowhere").copied
    assert [one.path for one in copied] == [str(repository.linked / "a")]


def test_stack_is_registered_without_git(repository: Pair, tmp_path: Path) -> None:
    repository.make({".worktreeinclude": "a\n"}, {"a": "a"})
    result = repository.setup(PATH=str(tmp_path))
    assert [e.id.service for e in result.endpoints] == ["web"]
    assert any("git is not installed" in text for text in repository.tail_lines)


@pytest.mark.parametrize("kind", ["pipe", "folder"])
def test_only_files_are_copied(tmp_path: Path, kind: str) -> None:
    source = tmp_path / "source"
    os.mkfifo(source) if kind == "pipe" else source.mkdir()
    assert copy_file(str(source), str(tmp_path / "copy")) is False
    assert not (tmp_path / "copy").exists()


def test_a_marked_include_file_with_windows_line_ends_is_read_as_git_reads_it(repository: Pair) -> None:
    repository.make(
        {".worktreeinclude": "\ufeffd/*.key\r\nb.key\r\n", ".gitignore": "*.key\nd/\n"}, {"d/a.key": "a", "b.key": "b"}
    )
    result = repository.setup()
    assert sorted(os.path.relpath(one.path, result.worktree) for one in result.copied) == ["b.key", "d/a.key"]


def test_unreadable_include_file_is_reported_and_ignored(repository: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(_path: str) -> list[str]:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(included_files, "_patterns", closed)
    repository.make({".worktreeinclude": "*.key\n"}, {"a.key": "a"})
    assert repository.setup().copied == ()
    assert any(".worktreeinclude` was not followed: Permission denied" in text for text in repository.tail_lines)
