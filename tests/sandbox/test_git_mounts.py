"""Which parts of a repository are mounted, and how."""

from collections.abc import Callable
from pathlib import Path

from wtc.sandbox.git_mounts import GitFolders, create_hooks_folder, git_mounts


def shown(git: GitFolders, base: Path) -> list[str]:
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
        "ro main/.git/worktrees",
        "rw main/.git/worktrees/linked",
        "ro main/.git/worktrees/linked/commondir",
        "ro main/.git/worktrees/linked/gitdir",
        "ro linked/.git",
    ]


def test_main_worktrees_hooks_and_configuration_are_read_only(tmp_path: Path, git: Callable[..., str]) -> None:
    git(tmp_path, "init", "-q", "main")
    common = str((tmp_path / "main" / ".git").resolve())
    folders = GitFolders(worktree=str((tmp_path / "main").resolve()), git_dir=common, common=common)
    assert shown(folders, tmp_path) == ["rw main/.git", "ro main/.git/hooks", "ro main/.git/config"]


def test_object_folders_that_a_clone_borrows_from_are_read_only(tmp_path: Path, git: Callable[..., str]) -> None:
    git(tmp_path, "init", "-q", "origin")
    git(tmp_path / "origin", "commit", "-q", "--allow-empty", "-m", "first")
    git(tmp_path, "clone", "-q", "--shared", "origin", "clone")
    common = str((tmp_path / "clone" / ".git").resolve())
    folders = GitFolders(worktree=str((tmp_path / "clone").resolve()), git_dir=common, common=common)
    assert shown(folders, tmp_path)[-1] == "ro origin/.git/objects"


def test_missing_hooks_folder_is_created(tmp_path: Path, git: Callable[..., str]) -> None:
    git(tmp_path, "init", "-q", "--template=", "main")
    common = str(tmp_path / "main" / ".git")
    create_hooks_folder(common)
    create_hooks_folder(common)
    assert (tmp_path / "main" / ".git" / "hooks").is_dir()
