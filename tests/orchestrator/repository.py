"""A git repository in an empty home folder, without an engine."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.git_template import make_repository
from wtc.events import Event, Note, Warned
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.setup import SetupResult, setup

COMPOSE = "services: {web: {image: nginx, ports: ['${WEB_PORT:-8080}:80']}}\n"


class Repository:
    """A folder for the main worktree, and what git and wtc are run with."""

    def __init__(self, base: Path) -> None:
        self.base, self.main, self.state = base, base / "main", base / "state"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(base),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "WTC_CONFIG_DIR": str(self.state),
            "DOCKER_HOST": "unix:///nowhere/docker.sock",
        }
        self.main.mkdir()

    def git(self, *arguments: str, cwd: Path | None = None) -> str:
        """What git prints, in the main worktree."""
        own = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false")
        done = subprocess.run(
            ["git", *own, *arguments], cwd=cwd or self.main, env=self.environment, check=True, capture_output=True
        )
        return done.stdout.decode()


class Pair(Repository):
    """A main worktree and a linked one, and `wtc setup` in them."""

    def __init__(self, base: Path) -> None:
        super().__init__(base)
        self.linked = base / "linked"
        self.tail_lines: list[str] = []

    def make(self, tracked: Mapping[str, str], ignored: Mapping[str, str]) -> None:
        """Commits the files, adds the linked worktree, then writes what git ignores into the main one."""
        write(self.main, {"compose.yaml": COMPOSE, ".gitignore": "".join(f"/{n}\n" for n in ignored), **tracked})
        make_repository(self.main)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "a")
        self.git("worktree", "add", "-q", str(self.linked))
        write(self.main, ignored)

    def setup(self, worktree: Path | None = None, **environment: str) -> SetupResult:
        def take(event: Event) -> None:
            match event:
                case Note(text=text):
                    self.tail_lines.append(text)
                case Warned(diagnostic=diagnostic):
                    self.tail_lines.append(diagnostic.message)
                case _:
                    pytest.fail(str(event))

        place = str(worktree or self.linked)
        return setup(Target(cwd=place, environment={**self.environment, **environment}, worktree=place), take)

    def files(self, folder: Path | None = None) -> dict[str, str]:
        """What is in the linked worktree beside what is tracked: path -> content."""
        root = folder or self.linked
        tracked = set(self.git("ls-files", "-z", cwd=root).split("\0"))
        paths = (p for p in sorted(root.rglob("*")) if p.is_file() and p.name != ".git" and ".git" not in p.parts)
        names = (str(p.relative_to(root)) for p in paths)
        return {name: (root / name).read_text() for name in names if name not in tracked}


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Name -> content, with the folders that they lie in."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
