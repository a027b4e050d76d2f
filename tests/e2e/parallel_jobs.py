"""Runs of the example of parallel jobs: how they are started and killed, and what is left of them."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.e2e.harness import Ended, Started, Workshop, one_service
from wtc.registry.store import Store

EXAMPLE = Path(__file__).parents[2] / "examples/parallel_jobs"
PAGE = one_service("web", "ports: ['80:80']", "volumes: ['rows:/rows']", command="httpd -f -p 80 -h /etc")
COMPOSE = f"{PAGE}volumes:\n  rows: {{}}\n"
COUNTED = """echo "$0" >>begun; until [ -e gate ]; do sleep 0.05; done; echo "$0" >>completed; echo "$0 ran" """
"""A command in the shared folder: it counts how often it begins and completes, and completes once the gate is open."""


class Run:
    """The jobs of one repository, and what is stored of them."""

    def __init__(self, shop: Workshop, sandbox: Sequence[str]) -> None:
        self.shop, self._sandbox = shop, sandbox
        self.jobs, self.state, self.shared = shop.base / "jobs.toml", shop.base / "state", shop.base / "shared"
        self.shared.mkdir()
        shop.commit({"compose.yaml": COMPOSE})

    def write(self, commands: dict[str, str]) -> None:
        """Write the file of jobs: name -> shell command, which runs in the shared folder with the name as `$0`."""
        jobs: list[str] = []
        for name, command in commands.items():
            words = ["sh", "-c", f"cd {self.shared} && {command}", name]
            share = json.dumps([str(self.shared)])
            jobs.append(f"[[job]]\nname = {name!r}\ncommand = {json.dumps(words)}\nshare = {share}\n")
            self.shop.folders.append(self.worktree(name))
        self.jobs.write_text("".join(jobs))

    def worktree(self, name: str) -> Path:
        return self.shop.main / ".worktrees" / name

    def start(self, *options: str) -> Started:
        command = [
            *(sys.executable, str(EXAMPLE / "runner.py"), str(self.jobs)),
            *("--repository", str(self.shop.main), "--state", str(self.state), *self._sandbox, *options),
        ]
        pipes: Any = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return Started(popen=subprocess.Popen(command, cwd=self.shop.base, env=self.shop.env, **pipes))

    def end(self, *options: str, status: int = 0) -> Ended:
        ended = self.start(*options).end()
        assert ended.status == status, ended
        assert "Traceback" not in ended.err
        return ended

    def open_gate(self) -> None:
        (self.shared / "gate").touch()

    def counted(self, file: str) -> list[str]:
        """The jobs that began, or completed, in alphabetical order; one more entry for each further time."""
        path = self.shared / file
        return sorted(path.read_text().split()) if path.exists() else []

    def stored(self, name: str, file: str = "state") -> dict[str, Any]:
        path = self.state / name / f"{file}.json"
        return json.loads(path.read_text()) if path.exists() else {}

    def states(self) -> dict[str, str]:
        return {folder.name: self.stored(folder.name)["name"] for folder in sorted(self.state.iterdir())}

    def left(self) -> list[str]:
        """What is left of the jobs: on the engine, in the repository, as leases and as processes."""
        git = ["git", "-C", str(self.shop.main)]
        listing = subprocess.run([*git, "worktree", "list"], check=True, capture_output=True, text=True).stdout
        branches = subprocess.run([*git, "branch", "--list"], check=True, capture_output=True, text=True).stdout
        return [
            *self.shop.leftovers(),
            *listing.splitlines()[1:],
            *branches.splitlines()[1:],
            *os.listdir(self.shop.main / ".worktrees"),
            *Store(str(self.shop.config)).read().stacks,
            *map(str, self.shop.config.glob("locks/*")),
            *processes_that_name(str(self.shop.base)),
        ]


def processes_that_name(path: str) -> list[str]:
    """The command lines that contain a path; empty where there is no `/proc`."""
    found: list[str] = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if path in line:
            found.append(line)
    return found


def kill(run: Started) -> None:
    run.popen.kill()
    run.popen.communicate()


def kill_at(run: Started, line: str) -> None:
    """Kill the run as soon as it prints the line."""
    assert run.popen.stderr is not None
    assert any(printed.strip() == line for printed in run.popen.stderr), f"it ended without `{line}`"
    kill(run)
