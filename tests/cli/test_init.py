"""`wtc init`: what it prints, and its exit status if a file cannot be merged."""

import json
import subprocess  # noqa: TC003 - as in the other tests
from pathlib import Path

import pytest

from tests.wtc_process import run_wtc


@pytest.fixture
def worktree(tmp_path: Path) -> Path:
    (tmp_path / ".claude").mkdir()
    (tmp_path / ".claude/settings.json").write_text("{\n  // ours\n}\n")
    return tmp_path


def wtc(worktree: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return run_wtc("init", *arguments, cwd=worktree, env={"HOME": str(worktree), "PATH": "/usr/bin:/bin"}, data="")


def test_file_that_cannot_be_merged_fails_after_the_others_are_written(worktree: Path) -> None:
    ended = wtc(worktree, "claude", "cursor")
    assert ended.returncode == 2
    assert ".cursor/worktrees.json was created" in ended.stderr
    assert "error: `.claude/settings.json` is not JSON" in ended.stderr
    assert (worktree / ".cursor/worktrees.json").exists()
    assert (worktree / ".claude/settings.json").read_text() == "{\n  // ours\n}\n"


def test_json_error_lists_the_other_files(worktree: Path) -> None:
    ended = wtc(worktree, "claude", "cursor", "--json")
    document = json.loads(ended.stdout)
    assert (ended.returncode, document["ok"]) == (2, False)
    assert document["error"]["notes"] == [".cursor/worktrees.json was created"]


def test_dry_run_of_a_removal_shows_the_file_that_goes(worktree: Path) -> None:
    (worktree / ".git").mkdir()
    for path, text in {"HEAD": "ref: refs/heads/main\n", "config": "[core]\nbare = false\n"}.items():
        (worktree / ".git" / path).write_text(text)
    for folder in ("objects", "refs"):
        (worktree / ".git" / folder).mkdir()
    assert wtc(worktree, "git").returncode == 0
    dry = wtc(worktree, "git", "--remove", "--dry-run")
    assert "+++ /dev/null" in dry.stdout
    assert dry.stderr == ".git/hooks/post-checkout would be removed\n"
    assert wtc(worktree, "git", "--remove").stderr == ".git/hooks/post-checkout was removed\n"
    assert wtc(worktree, "git", "--remove").stderr == ".git/hooks/post-checkout does not exist\n"
