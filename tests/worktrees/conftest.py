"""A repository for the tests of `wtc.worktrees`, in a home without settings."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.git_template import make_repository


class Repository:
    """A main worktree with one commit, and git in it."""

    def __init__(self, base: Path) -> None:
        self.main = base / "main"
        self.main.mkdir()
        make_repository(self.main)
        (self.main / "tracked").write_text("first")
        self.git("add", "-A")
        self.commit()

    def git(self, *arguments: str, cwd: Path | None = None) -> str:
        own = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false")
        done = subprocess.run(["git", *own, *arguments], cwd=cwd or self.main, check=True, capture_output=True)
        return done.stdout.decode()

    def commit(self, cwd: Path | None = None) -> str:
        """Create an empty commit and return its hash."""
        self.git("commit", "-q", "--allow-empty", "-m", "a", cwd=cwd)
        return self.git("rev-parse", "HEAD", cwd=cwd).strip()

    def branches(self) -> list[str]:
        return self.git("for-each-ref", "--format=%(refname:short)", "refs/heads").split()

    def lock_reason(self, worktree: Path) -> str:
        return Path(self.git("rev-parse", "--absolute-git-dir", cwd=worktree).strip(), "locked").read_text().strip()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("HOME", str(tmp_path))
    return Repository(tmp_path)
