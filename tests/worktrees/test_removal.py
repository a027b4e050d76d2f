"""Whether a worktree may be removed, as a table; and the facts that git reports."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.git_template import make_repository
from wtc.errors import WtcError
from wtc.model.identity import GitState, Lock, PathFacts, Presence
from wtc.worktrees.locate import worktree_at
from wtc.worktrees.removal import RemovalFacts, read_removal, removal_refusal, remove_with_git
from wtc.worktrees.worktree_id import create_id, forget_stopped, record_stopped, recorded_stopped

ENVIRONMENT = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def place(presence: Presence = Presence.PRESENT, git: GitState = GitState.NONE, *, mounted: bool = False) -> PathFacts:
    return PathFacts(path="/w", presence=presence, git=git, mounted=mounted)


WORKTREE = place(git=GitState.WORKTREE)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (RemovalFacts(place=WORKTREE, linked=True), ""),
        (RemovalFacts(place=WORKTREE, linked=True, lock=Lock.STALE), ""),
        (RemovalFacts(place=WORKTREE, linked=True, lock=Lock.LIVE), "it is locked in git"),
        (RemovalFacts(place=WORKTREE, linked=True, lock=Lock.WTC), ""),
        (
            RemovalFacts(place=WORKTREE, linked=True, submodules=True),
            "it has submodules, so git removes it only if forced",
        ),
        (RemovalFacts(place=WORKTREE, linked=True, changes=1), "it has 1 uncommitted change"),
        (RemovalFacts(place=WORKTREE, linked=True, changes=2), "it has 2 uncommitted changes"),
        (RemovalFacts(place=WORKTREE, linked=True, copied_from="/v"), "it is a copy of the worktree `/v`"),
        (
            RemovalFacts(place=WORKTREE, linked=True, unanswered="git is not installed"),
            "git cannot list its uncommitted changes: git is not installed",
        ),
        (RemovalFacts(place=WORKTREE), "it is not a linked worktree"),
        (RemovalFacts(place=place(Presence.MISSING)), ""),
        (RemovalFacts(place=place(Presence.UNKNOWN)), "its folder is not accessible"),
        (RemovalFacts(place=place(git=GitState.BROKEN)), "its `.git` does not point to a git folder"),
        (RemovalFacts(place=place()), ""),
        (RemovalFacts(place=place(mounted=True)), "something is mounted at its folder"),
    ],
)
def test_removal_is_refused_with_a_reason(facts: RemovalFacts, reason: str) -> None:
    assert removal_refusal(facts) == reason


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (RemovalFacts(place=WORKTREE, linked=True, lock=Lock.LIVE, changes=1, submodules=True), ""),
        (RemovalFacts(place=WORKTREE, linked=True, unanswered="git is not installed"), ""),
        (RemovalFacts(place=WORKTREE), "it is not a linked worktree"),
        (RemovalFacts(place=WORKTREE, linked=True, copied_from="/v"), "it is a copy of the worktree `/v`"),
        (RemovalFacts(place=place(Presence.UNKNOWN)), "its folder is not accessible"),
        (RemovalFacts(place=place(git=GitState.BROKEN)), "its `.git` does not point to a git folder"),
    ],
)
def test_force_overrides_only_changes_and_locks(facts: RemovalFacts, reason: str) -> None:
    assert removal_refusal(facts, force=True) == reason


class Pair:
    """A main worktree and a linked one."""

    def __init__(self, base: Path) -> None:
        self.main, self.linked = base / "main", base / "linked"
        self.main.mkdir()
        make_repository(self.main)
        (self.main / "tracked").write_text("first")
        (self.main / ".gitignore").write_text("ignored\n")
        self.git("add", "-A")
        self.git("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "commit", "-q", "-m", "a")
        self.git("worktree", "add", "-q", str(self.linked))

    def git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=self.main, env=ENVIRONMENT, check=True, capture_output=True)

    @property
    def git_dir(self) -> str:
        return worktree_at(str(self.linked)).git_dir

    def refusal(self, path: Path | None = None) -> str:
        return removal_refusal(read_removal(str(path or self.linked), ENVIRONMENT))


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return Pair(tmp_path)


def test_ignored_files_do_not_prevent_removal(pair: Pair) -> None:
    (pair.linked / "ignored").write_text("x")
    assert pair.refusal() == ""


def test_folder_that_git_cannot_read_keeps_a_worktree(pair: Pair, tmp_path: Path) -> None:
    """git reports it as a warning, with the exit status 0."""
    fake = tmp_path / "bin/git"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\necho \"warning: could not open directory 'data/': Permission denied\" >&2\n")
    fake.chmod(0o755)
    facts = read_removal(str(pair.linked), {**ENVIRONMENT, "PATH": f"{fake.parent}:{ENVIRONMENT['PATH']}"})
    reason = "could not open directory 'data/': Permission denied"
    assert removal_refusal(facts) == f"git cannot list its uncommitted changes: {reason}"


def test_each_kind_of_change_counts(pair: Pair) -> None:
    (pair.linked / "untracked").write_text("x")
    (pair.linked / "tracked").write_text("second")
    (pair.linked / "staged").write_text("x")
    subprocess.run(["git", "add", "staged"], cwd=pair.linked, env=ENVIRONMENT, check=True)
    assert pair.refusal() == "it has 3 uncommitted changes"


def test_copy_of_a_linked_worktree_is_refused(pair: Pair, tmp_path: Path) -> None:
    shutil.copytree(pair.linked, tmp_path / "copy")
    assert pair.refusal(tmp_path / "copy") == f"it is a copy of the worktree `{pair.linked}`"


def test_main_worktree_is_refused(pair: Pair) -> None:
    assert pair.refusal(pair.main) == "it is not a linked worktree"


def test_folder_whose_repository_is_missing_is_refused(pair: Pair) -> None:
    shutil.rmtree(pair.main)
    assert pair.refusal() == "its `.git` does not point to a git folder"


def test_worktree_is_removed_with_the_record_beside_its_id(pair: Pair) -> None:
    git_dir = pair.git_dir
    create_id(git_dir)
    record_stopped(git_dir, ["b", "a"])
    assert recorded_stopped(git_dir) == ("a", "b")
    remove_with_git(worktree_at(str(pair.linked)), ENVIRONMENT)
    assert not pair.linked.exists()
    assert not os.path.exists(git_dir)


def test_lock_of_a_dead_process_is_released(pair: Pair) -> None:
    pair.git("worktree", "lock", "--reason", f"pid {2**22 + 1}", str(pair.linked))
    remove_with_git(worktree_at(str(pair.linked)), ENVIRONMENT)
    assert not pair.linked.exists()


def test_refusal_of_git_is_an_error_with_its_reason(pair: Pair) -> None:
    (pair.linked / "untracked").write_text("x")
    with pytest.raises(WtcError) as caught:
        remove_with_git(worktree_at(str(pair.linked)), ENVIRONMENT)
    assert caught.value.message == f"git did not remove the worktree `{pair.linked}`"
    assert "contains modified or untracked files" in caught.value.causes[0]
    assert (pair.linked / "untracked").exists()


def test_record_of_stopped_containers_that_is_damaged_or_forgotten_is_empty(pair: Pair) -> None:
    record_stopped(pair.git_dir, ["a"])
    Path(pair.git_dir, "wtc/stopped").write_text("{")
    assert recorded_stopped(pair.git_dir) == ()
    forget_stopped(pair.git_dir)
    forget_stopped(pair.git_dir)
    assert not Path(pair.git_dir, "wtc/stopped").exists()
