"""What `exclude_folder` adds to a repository's `info/exclude`, and that git then leaves it out."""

import os
from pathlib import Path

import pytest

from tests.worktrees.conftest import Repository
from wtc.worktrees.info_exclude import exclude_folder


@pytest.mark.parametrize(
    ("folder", "line"),
    [
        (".worktrees", "/.worktrees/"),
        ("a/b", "/a/b/"),
        ("a b", "/a\\ b/"),
        ("a*", "/a\\*/"),
        ("[a]", "/\\[a]/"),
        ("#a", "/#a/"),
        (".", None),
        ("../other", None),
    ],
)
def test_folder_below_the_top_is_excluded_once(repository: Repository, folder: str, line: str | None) -> None:
    file = repository.main / ".git/info/exclude"
    file.write_text("mine")
    path = os.path.join(repository.main, folder)
    for _ in range(2):
        exclude_folder(str(repository.main / ".git"), str(repository.main), os.path.normpath(path))
    assert file.read_text() == ("mine" if line is None else f"mine\n{line}\n")
    os.makedirs(path, exist_ok=True)
    Path(path, "file").write_text("")
    shown = repository.git("status", "--porcelain", "-uall")
    assert shown == ("?? file\n" if folder == "." else "")


def test_missing_file_is_created(repository: Repository) -> None:
    file = repository.main / ".git/info/exclude"
    file.unlink(missing_ok=True)
    if file.parent.is_dir():
        file.parent.rmdir()
    exclude_folder(str(repository.main / ".git"), str(repository.main), str(repository.main / "a"))
    assert file.read_text() == "/a/\n"


@pytest.mark.parametrize("kind", ["pipe", "large"])
def test_file_that_cannot_be_read_in_full_is_refused_and_kept(repository: Repository, kind: str) -> None:
    file = repository.main / ".git/info/exclude"
    file.unlink()
    if kind == "pipe":
        os.mkfifo(file)
    else:
        file.touch()
        os.truncate(file, 1 << 30)
    before = file.lstat()
    with pytest.raises(OSError, match=r"Is (a pipe|larger)"):
        exclude_folder(str(repository.main / ".git"), str(repository.main), str(repository.main / "folder"))
    assert (file.lstat().st_ino, file.lstat().st_size) == (before.st_ino, before.st_size)
