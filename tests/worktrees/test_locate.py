"""Find the worktree that contains a folder, in repositories that git created."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from wtc.errors import WtcError
from wtc.worktrees.locate import Worktree, branch_of, linked_worktrees, repository_worktrees, worktree_at, worktree_of


def git(folder: Path, *arguments: str) -> None:
    # Without the host's git configuration.
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        **{f"GIT_{who}_{what}": "wtc@localhost" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    subprocess.run(
        ["git", "-c", "protocol.file.allow=always", *arguments],
        cwd=folder,
        env=environment,
        check=True,
        capture_output=True,
        timeout=60,
    )


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return Path(os.path.realpath(tmp_path))


@pytest.fixture
def repository(here: Path) -> Path:
    path = here / "shop"
    (path / "deploy" / "local").mkdir(parents=True)
    git(path, "init", "--quiet")
    git(path, "commit", "--quiet", "--allow-empty", "--message", "first")
    return path


def main_worktree(path: Path) -> Worktree:
    return Worktree(path=str(path), git=True, linked=False, main=str(path))


def linked_worktree(path: Path, main: Path | None) -> Worktree:
    return Worktree(path=str(path), git=True, linked=True, main=str(main or ""))


@pytest.mark.parametrize("below", ["", "deploy", "deploy/local", "deploy/../deploy/local/"])
def test_folder_belongs_to_the_worktree_above_it(repository: Path, below: str) -> None:
    assert worktree_of(f"{repository}/{below}") == main_worktree(repository)


@pytest.mark.parametrize("place", ["accra", "shop/.worktrees/accra"])
@pytest.mark.parametrize("paths", ["absolute", "relative"])
def test_linked_worktree_has_its_main_worktree(here: Path, repository: Path, place: str, paths: str) -> None:
    accra = here / place
    git(repository, "worktree", "add", "--quiet", str(accra))
    if paths == "relative":
        target = (accra / ".git").read_text().removeprefix("gitdir: ").strip()
        (accra / ".git").write_text(f"gitdir: {os.path.relpath(target, accra)}\n")
    (accra / "deploy").mkdir()
    assert worktree_of(str(accra / "deploy")) == linked_worktree(accra, repository)
    assert worktree_of(str(repository)) == main_worktree(repository)


def test_linked_worktree_of_a_bare_repository_has_no_main_worktree(here: Path, repository: Path) -> None:
    git(here, "clone", "--quiet", "--bare", str(repository), "shop.git")
    git(here / "shop.git", "worktree", "add", "--quiet", str(here / "accra"))
    assert worktree_of(str(here / "accra")) == linked_worktree(here / "accra", None)


@pytest.mark.parametrize("config", ["config", "config.worktree"])
def test_bare_repository_named_git_has_no_main_worktree(here: Path, repository: Path, config: str) -> None:
    git(here, "clone", "--quiet", "--bare", str(repository), "project/.git")
    if config == "config.worktree":
        git(here / "project", "config", "extensions.worktreeConfig", "true")
        git(here / "project", "config", "--unset", "core.bare")
        git(here / "project", "config", "--worktree", "core.bare", "true")
    git(here / "project", "worktree", "add", "--quiet", "accra")
    accra = here / "project" / "accra"
    assert worktree_of(str(accra)) == linked_worktree(accra, None)


def test_separate_git_dir_is_not_a_linked_worktree(here: Path) -> None:
    (here / "modules").mkdir()
    git(here, "init", "--quiet", "--separate-git-dir", str(here / "modules" / "shop.git"), "shop")
    assert worktree_of(str(here / "shop")) == main_worktree(here / "shop")


def test_submodule_is_part_of_its_superproject(here: Path, repository: Path) -> None:
    git(here, "init", "--quiet", "library")
    git(here / "library", "commit", "--quiet", "--allow-empty", "--message", "first")
    git(repository, "submodule", "--quiet", "add", str(here / "library"), "vendor/library")
    git(repository, "commit", "--quiet", "--message", "vendor")
    assert worktree_of(str(repository / "vendor" / "library")) == main_worktree(repository)
    accra = here / "accra"
    git(repository, "worktree", "add", "--quiet", str(accra))
    git(accra, "submodule", "--quiet", "update", "--init")
    assert worktree_of(str(accra / "vendor" / "library")) == linked_worktree(accra, repository)


def test_symbolic_link_to_a_worktree_is_resolved(here: Path, repository: Path) -> None:
    (here / "link").symlink_to(repository / "deploy")
    assert worktree_of(str(here / "link")) == main_worktree(repository)


@pytest.mark.parametrize("place", ["accra", "shop/.worktrees/accra", "shop/modules/accra"])
def test_broken_git_file_is_an_error_that_names_it(here: Path, repository: Path, place: str) -> None:
    accra = here / place
    git(repository, "worktree", "add", "--quiet", str(accra))
    (accra / "deploy").mkdir()
    shutil.rmtree(repository / ".git" / "worktrees" / "accra")
    for find, folder in ((worktree_of, accra / "deploy"), (worktree_of, accra), (worktree_at, accra)):
        with pytest.raises(WtcError) as raised:
            find(str(folder))
        assert raised.value.message == f"`{accra}/.git` does not point to a git folder"
        assert raised.value.causes == (f"`{repository}/.git/worktrees/accra` is not a readable git folder",)
        assert raised.value.hints == (f"to repair it, run `git worktree repair {accra}` in the main worktree",)


def test_a_submodule_whose_git_folder_is_missing_is_still_part_of_its_superproject(repository: Path) -> None:
    (repository / "library").mkdir()
    (repository / "library" / ".git").write_text("gitdir: ../.git/modules/library\n")
    assert worktree_of(str(repository / "library")) == main_worktree(repository)


def test_a_worktree_of_a_submodule_whose_git_folder_is_missing_is_not_the_superproject(repository: Path) -> None:
    (repository / "linked").mkdir()
    (repository / "linked" / ".git").write_text("gitdir: ../.git/modules/library/worktrees/linked\n")
    with pytest.raises(WtcError, match="does not point to a git folder"):
        worktree_of(str(repository / "linked"))


def test_folder_outside_git_is_a_plain_folder(here: Path) -> None:
    folder = here / "a" / "b"
    folder.mkdir(parents=True)
    assert worktree_of(str(folder)) == Worktree(path=str(folder))


def test_missing_folder_does_not_belong_to_the_worktree_above_it(repository: Path) -> None:
    gone = str(repository / ".worktrees" / "accra")
    assert worktree_of(gone) == Worktree(path=gone)
    assert worktree_at(gone) == Worktree(path=gone)


def test_worktree_at_a_given_path_is_not_searched_above_it(repository: Path) -> None:
    assert worktree_at(str(repository)) == main_worktree(repository)
    assert worktree_at(str(repository / "deploy")) == Worktree(path=str(repository / "deploy"))


@pytest.mark.parametrize("content", [b"", b"gitdir: ", b"gitdir:\n", b"nonsense\n", b"gitdir: a\0b\n", b"\xff" * 9])
def test_invalid_git_file_is_an_error(repository: Path, content: bytes) -> None:
    (repository / "deploy" / ".git").write_bytes(content)
    with pytest.raises(WtcError, match="is not a valid"):
        worktree_of(str(repository / "deploy" / "local"))


def test_git_folder_without_a_head_is_ignored(repository: Path) -> None:
    (repository / "deploy" / ".git").mkdir()
    assert worktree_of(str(repository / "deploy")) == main_worktree(repository)


def test_pipe_named_git_is_ignored(repository: Path) -> None:
    os.mkfifo(repository / "deploy" / ".git")
    assert worktree_of(str(repository / "deploy")) == main_worktree(repository)


@pytest.mark.parametrize("layout", ["main", "bare", "separate"])
def test_linked_worktrees_are_listed_newest_first_with_their_branches(
    here: Path, repository: Path, layout: str
) -> None:
    root = repository
    if layout == "bare":
        root = here / "shop.git"
        git(here, "clone", "--quiet", "--bare", str(repository), str(root))
    elif layout == "separate":
        root = here / "clone"
        git(here, "clone", "--quiet", "--separate-git-dir", str(here / "elsewhere"), str(repository), str(root))
    git(root, "worktree", "add", "--quiet", "-b", "feature/old", str(here / "old"))
    git(root, "worktree", "add", "--quiet", "--detach", str(here / "new"))
    common = {"main": root / ".git", "bare": root, "separate": here / "elsewhere"}[layout]
    os.utime(common / "worktrees" / "old" / "gitdir", (1, 1))
    expected = [(str(here / "new"), ""), (str(here / "old"), "feature/old")]
    for folder in [here / "old", here / "new", *([] if layout == "bare" else [root])]:
        assert [(w.path, w.branch) for w in linked_worktrees(worktree_at(str(folder)))] == expected


def test_folder_outside_git_has_no_linked_worktrees(here: Path) -> None:
    assert linked_worktrees(worktree_of(str(here))) == ()


def test_worktrees_of_the_repository_have_their_branch(here: Path, repository: Path) -> None:
    git(repository, "branch", "--move", "trunk")
    git(repository, "worktree", "add", "--quiet", "-b", "feature", str(here / "accra"))
    git(repository, "worktree", "add", "--quiet", "--detach", str(here / "loose"))
    expected = {str(repository): "trunk", str(here / "accra"): "feature", str(here / "loose"): ""}
    for folder in (repository, here / "accra"):
        assert dict(repository_worktrees(worktree_at(str(folder)))) == expected
    assert repository_worktrees(worktree_at(str(here))) == ()
    assert {folder: branch_of(folder) for folder in expected} == expected
    assert [branch_of(str(folder)) for folder in (here, here / "none", repository / "sub")] == ["", "", ""]
