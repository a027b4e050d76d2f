"""Standard streams that are closed, full, without a reader, or of an encoding that lacks a character."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

FILE = """
services:
  web: {image: nginx, ports: ["80"], environment: {MOTTO: "snow ☃"}}
"""
COMMANDS = ["--help", "config", "inspect", "setup", "nope"]


@pytest.fixture
def worktree(tmp_path: Path) -> Path:
    """A worktree whose name and file go beyond ASCII; its one port is leased."""
    folder = tmp_path / "schön ☃"
    folder.mkdir()
    (folder / "compose.yaml").write_text(FILE, encoding="utf-8")
    record = {"worktree": str(folder.resolve()), "ports": {"web/80/tcp": 20001}}
    state = tmp_path / "state"
    state.mkdir()
    registry = {"version": 2, "stacks": {"web-abc123": record}}
    (state / "registry.json").write_text(json.dumps(registry), encoding="utf-8")
    return folder


def shell(
    line: str, folder: Path, environment: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[bytes]":
    """Run a shell line in which `wtc` is the tested command."""
    own = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder.parent),
        "WTC_CONFIG_DIR": str(folder.parent / "state"),
        "DOCKER_HOST": "unix:///nowhere/docker.sock",
        **(environment or {}),
    }
    program = f'set -o pipefail; wtc() {{ "{sys.executable}" -m wtc "$@"; }}; {line}'
    return subprocess.run(["bash", "-c", program], cwd=folder, env=own, capture_output=True, check=False)


def plainly(command: str) -> int:
    """The exit status when the streams work."""
    return 2 if command == "nope" else 0


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("streams", [">&-", "2>&-", ">&- 2>&- <&-", "2>/dev/full", "2>&1 | true"])
def test_closed_reader_is_not_a_failure(worktree: Path, command: str, streams: str) -> None:
    done = shell(f"wtc {command} {streams}", worktree)
    assert done.returncode == plainly(command), done.stderr
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


@pytest.mark.parametrize("command", COMMANDS[:-1])
def test_failed_write_is_an_error(worktree: Path, command: str) -> None:
    done = shell(f"wtc {command} >/dev/full", worktree)
    assert done.returncode == 1
    assert done.stderr.endswith(b"error: the output could not be written\ncaused by: no space left on device\n")


def test_first_of_two_failures_decides_the_exit_status(worktree: Path) -> None:
    done = shell("wtc ps --json >/dev/full", worktree)
    assert done.returncode == 4
    assert b"the output could not be written" not in done.stderr


def test_failure_is_reported_if_the_reader_of_the_document_is_gone(worktree: Path) -> None:
    done = shell("wtc ps --json | true", worktree)
    assert done.returncode == 4
    assert b"cannot reach the engine" in done.stderr


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "environment", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "latin-1"}]
)
def test_encoding_that_lacks_a_character_is_not_a_failure(
    worktree: Path, command: str, environment: Mapping[str, str]
) -> None:
    done = shell(f"wtc {command}", worktree, environment)
    assert done.returncode == plainly(command), done.stderr


def test_path_that_is_not_text_is_printed_unchanged(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path / "a") + b"\xff"
    os.mkdir(folder)
    with open(folder + b"/compose.yaml", "wb") as file:
        file.write(b"services: {web: {image: nginx}}\n")
    done = shell("wtc inspect", Path(os.fsdecode(folder)))
    assert done.returncode == 0, done.stderr
    assert b"  " + os.path.realpath(folder) + b"\n" in done.stdout


@pytest.mark.parametrize("columns", ["0", "1", "wide"])
@pytest.mark.parametrize("command", ["--help", "ports"])
def test_any_terminal_width_is_accepted(worktree: Path, command: str, columns: str) -> None:
    done = shell(f"wtc {command}", worktree, {"COLUMNS": columns})
    assert (done.returncode, done.stderr) == (0, b"")


def test_no_color_overrides_forced_colours(worktree: Path) -> None:
    forced = {"FORCE_COLOR": "1"}
    assert b"\x1b[" in shell("wtc nope", worktree, forced).stderr
    assert b"\x1b[" not in shell("wtc nope", worktree, {**forced, "NO_COLOR": "1"}).stderr
