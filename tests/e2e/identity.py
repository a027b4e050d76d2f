"""What the tests of identity share: a stack with one volume, and the file in it that says whose data it is."""

import subprocess
from pathlib import Path

from tests.e2e.harness import QUICK, Stack, Workshop, labelled
from wtc.labels import PROJECT

STORE = f"""\
services:
  db:
    {QUICK}
    command: sleep 1000
    ports: ["3306:80"]
    volumes: ["data:/data"]
volumes:
  data: {{}}
"""
"""One service with one volume and one published port."""

SOURCE = f"""\
services:
  db:
    {QUICK}
    command: sleep 1000
    volumes: ["data:/data", ".:/source"]
volumes:
  data: {{}}
"""
"""As `STORE`, and the container mounts the worktree."""


def without_network(file: str) -> str:
    """The file for many stacks at once: an engine's address pools hold about thirty networks."""
    return "".join(
        f"    network_mode: none\n{line}" if "command:" in line else line
        for line in file.splitlines(keepends=True)
        if "ports:" not in line
    )


def mark(stack: Stack, text: str) -> None:
    """Write into the stack's volume."""
    stack.run("db", "sh", "-c", f"echo {text} > /data/mark")


def mark_of(stack: Stack) -> str:
    """What `mark` has written into the volume that the stack's container mounts; empty where nothing was."""
    return stack.run("db", "sh", "-c", "cat /data/mark 2>/dev/null || true").strip()


def objects(workshop: Workshop, *namespaces: str) -> list[str]:
    """What is on the engine with the label of one of the namespaces: `kind name`."""
    return sorted(name for namespace in namespaces for name in labelled(workshop.client, f"{PROJECT}={namespace}"))


def remade(workshop: Workshop, folder: Path) -> None:
    """Remove a linked worktree with git, and add one at the same path."""
    workshop.git("worktree", "remove", "--force", str(folder))
    workshop.git("worktree", "add", "-q", "--detach", str(folder))


def succeeds(*command: str, cwd: Path | None = None) -> str:
    """The output of a command that has to succeed."""
    done = subprocess.run(command, cwd=cwd, check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout
