"""Which parts of a repository are mounted, and how."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from wtc.git_folders import GitFolders, create_missing, read_configuration, unprotected_paths
from wtc.sandbox.git_mounts import git_mounts


def shown(git: GitFolders, base: Path) -> list[str]:
    create_missing(git)
    real = base.resolve()
    return [f"{'rw' if one.writable else 'ro'} {Path(one.path).relative_to(real)}" for one in git_mounts(git)]


def test_linked_worktrees_own_entry_is_the_only_writable_one(tmp_path: Path, git: Callable[..., str]) -> None:
    main, linked = tmp_path / "main", tmp_path / "linked"
    git(tmp_path, "init", "-q", "main")
    git(main, "commit", "-q", "--allow-empty", "-m", "first")
    git(main, "worktree", "add", "-q", str(linked))
    common = str((main / ".git").resolve())
    folders = GitFolders(worktree=str(linked.resolve()), git_dir=f"{common}/worktrees/linked", common=common)
    assert shown(folders, tmp_path) == [
        "rw main/.git",
        "ro main/.git/hooks",
        "ro main/.git/config",
        "ro main/.git/config.worktree",
        "ro main/.git/modules",
        "ro main/.git/worktrees",
        "ro main/.git/wtc",
        "rw main/.git/worktrees/linked",
        "ro main/.git/worktrees/linked/commondir",
        "ro main/.git/worktrees/linked/gitdir",
        "ro main/.git/worktrees/linked/config.worktree",
        "ro main/.git/worktrees/linked/wtc",
        "ro linked/.git",
    ]


@pytest.fixture
def main(tmp_path: Path, git: Callable[..., str]) -> GitFolders:
    git(tmp_path, "init", "-q", "--template=", "main")
    common = str((tmp_path / "main" / ".git").resolve())
    return GitFolders(worktree=str((tmp_path / "main").resolve()), git_dir=common, common=common)


def test_main_worktrees_hooks_and_configuration_are_read_only(main: GitFolders, tmp_path: Path) -> None:
    assert shown(main, tmp_path) == [
        "rw main/.git",
        "ro main/.git/hooks",
        "ro main/.git/config",
        "ro main/.git/config.worktree",
        "ro main/.git/modules",
        "ro main/.git/worktrees",
        "ro main/.git/wtc",
    ]


def test_repository_with_linked_hooks_is_read_only_and_shows_them(main: GitFolders, tmp_path: Path) -> None:
    (tmp_path / "main" / ".githooks").mkdir()
    Path(main.common, "hooks").symlink_to("../.githooks")
    assert shown(main, tmp_path) == ["ro main/.git", "ro main/.githooks"]
    assert unprotected_paths(main) == (f"{main.common}/hooks",)


@pytest.mark.parametrize("name", ["commondir", "config"])
def test_new_file_that_git_reads_is_a_change_of_the_configuration(main: GitFolders, name: str) -> None:
    path = Path(main.common, name)
    path.unlink(missing_ok=True)
    before = read_configuration(main)
    path.write_text("../evil\n")
    assert [one for one, content in read_configuration(main).items() if content != before[one]] == [str(path)]


def test_fifo_in_the_place_of_the_configuration_is_not_waited_for(main: GitFolders) -> None:
    os.mkfifo(f"{main.common}/commondir")
    assert read_configuration(main)[f"{main.common}/commondir"] == b""


def test_object_folders_that_a_clone_borrows_from_are_read_only(tmp_path: Path, git: Callable[..., str]) -> None:
    git(tmp_path, "init", "-q", "origin")
    git(tmp_path / "origin", "commit", "-q", "--allow-empty", "-m", "first")
    git(tmp_path, "clone", "-q", "--shared", "origin", "clone")
    common = str((tmp_path / "clone" / ".git").resolve())
    folders = GitFolders(worktree=str((tmp_path / "clone").resolve()), git_dir=common, common=common)
    assert shown(folders, tmp_path)[-1] == "ro origin/.git/objects"


def test_what_is_missing_is_created_empty_with_the_access_of_the_git_folder(main: GitFolders) -> None:
    Path(main.common).chmod(0o2775)
    create_missing(main)
    create_missing(main)
    modes = {name: stat.S_IMODE(Path(main.common, name).stat().st_mode) for name in ("hooks", "config.worktree")}
    assert (modes, unprotected_paths(main)) == ({"hooks": 0o2775, "config.worktree": 0o664}, ())


def test_git_still_removes_a_worktree_whose_missing_files_were_created(
    main: GitFolders, tmp_path: Path, git: Callable[..., str]
) -> None:
    git(tmp_path / "main", "commit", "-q", "--allow-empty", "-m", "first")
    git(tmp_path / "main", "worktree", "add", "-q", str(tmp_path / "linked"))
    entry = f"{main.common}/worktrees/linked"
    create_missing(GitFolders(worktree=str(tmp_path / "linked"), git_dir=entry, common=main.common))
    git(tmp_path / "main", "worktree", "remove", str(tmp_path / "linked"))
    assert not os.path.exists(entry)
