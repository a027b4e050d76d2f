"""The git folders of a linked worktree that its containers need, in repositories that git created."""

import os
import shutil
from pathlib import Path

import pytest

from tests.worktrees.conftest import Repository
from wtc.model.git import LinkedGit
from wtc.worktrees.git.git_user import user_settings
from wtc.worktrees.linked_git import read_linked_git


@pytest.fixture
def linked(repository: Repository) -> Path:
    path = repository.main.parent / "linked"
    repository.git("worktree", "add", "-q", "--detach", str(path))
    return path.resolve()


def read(path: Path) -> LinkedGit:
    found = read_linked_git(str(path))
    assert found is not None
    return found


def protected(git: LinkedGit) -> list[str]:
    """Relative to the common folder."""
    return [os.path.relpath(path, git.common) for path in git.protected]


def test_paths_of_a_linked_worktree(linked: Path) -> None:
    found, common = read(linked), str(linked.parent / "main" / ".git")
    assert (found.common, found.entry, found.link) == (
        common,
        f"{common}/worktrees/linked",
        f"{common}/worktrees/linked",
    )
    assert (found.commondir, found.back, found.owner) == ("../..", f"{linked}/.git", os.getuid())


def test_relative_paths_are_returned_as_they_are(linked: Path) -> None:
    entry = linked.parent / "main" / ".git" / "worktrees" / "linked"
    (linked / ".git").write_text("gitdir: ../main/.git/worktrees/linked\n")
    (entry / "gitdir").write_text("../../../../linked/.git\n")
    found = read(linked)
    assert (found.link, found.back) == ("../main/.git/worktrees/linked", "../../../../linked/.git")
    assert found.entry == str(entry)


def test_files_that_make_git_run_commands_are_protected(linked: Path) -> None:
    assert protected(read(linked)) == [
        "hooks",
        "config",
        "config.worktree",
        "modules",
        "worktrees",
        "wtc",
        "worktrees/linked/commondir",
        "worktrees/linked/gitdir",
        "worktrees/linked/config.worktree",
        "worktrees/linked/wtc",
    ]


def test_what_is_not_created_is_protected_where_it_exists(linked: Path) -> None:
    common = linked.parent / "main" / ".git"
    (common / "worktrees/linked/modules").mkdir()
    (common / "commondir").touch()
    assert {"commondir", "worktrees/linked/modules"} <= set(protected(read(linked)))


def test_missing_hooks_folder_that_can_be_created_counts_as_protected(linked: Path) -> None:
    shutil.rmtree(linked.parent / "main" / ".git" / "hooks", ignore_errors=True)
    found = read(linked)
    assert ("hooks" in protected(found), found.protectable) == (True, True)


@pytest.mark.parametrize("name", ["hooks", "config", "modules", "worktrees/linked/config.worktree"])
def test_symbolic_link_cannot_be_protected(linked: Path, name: str) -> None:
    path = linked.parent / "main" / ".git" / name
    if path.exists():
        path.rename(path.with_name("away"))
    path.symlink_to("away")
    assert not read(linked).protectable


def test_checked_out_submodules_are_found(linked: Path) -> None:
    before = read(linked).submodules
    (linked.parent / "main" / ".git" / "worktrees" / "linked" / "modules").mkdir()
    assert (before, read(linked).submodules) == (False, True)


def test_main_worktree_and_plain_folder_need_nothing(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    assert read_linked_git(str(repository.main.resolve())) is None
    assert read_linked_git(str((tmp_path / "plain").resolve())) is None


def test_last_name_and_email_of_the_user_are_used(repository: Repository) -> None:
    environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    assert user_settings(str(repository.main), environment) == {}
    repository.git("config", "user.name", "Ada")
    repository.git("config", "--add", "user.name", "Ada Lovelace")
    assert user_settings(str(repository.main), environment) == {"user.name": "Ada Lovelace"}


def test_user_is_unknown_without_git(tmp_path: Path) -> None:
    assert user_settings(str(tmp_path), {"PATH": str(tmp_path)}) == {}
