"""Completion in real shells, without an engine."""

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.shells import having
from wtc.registry.stack_records import StackRecord
from wtc.registry.store import Store

FILE = "services: {web: {image: nginx}, worker: {image: busybox}, db: {image: postgres}}\n"
DEADLINE_S = 60.0


class User:
    """Someone in a folder with a compose file, beside a worktree that has a stack."""

    def __init__(self, base: Path) -> None:
        self.folder = base / "here"
        self.folder.mkdir()
        (self.folder / "compose.yaml").write_text(FILE)
        with Store(str(base / "state")).transaction() as records:
            records.put(StackRecord(worktree="/code/accra", namespace="accra-1"))
        script = base / "bin" / "wtc"
        script.parent.mkdir()
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m wtc "$@"\n')
        script.chmod(0o755)
        self.env = {
            "PATH": f"{script.parent}:{os.environ['PATH']}",
            "HOME": str(base),
            "WTC_CONFIG_DIR": str(base / "state"),
            "DOCKER_HOST": "unix:///nowhere/docker.sock",
            "TERM": "dumb",
            "LANG": "C.UTF-8",
        }

    def run(self, *command: str) -> str:
        done = subprocess.run(
            command, cwd=self.folder, env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
        )
        return done.stdout


@pytest.fixture
def user(tmp_path: Path) -> User:
    return User(tmp_path)


LINES = [
    ("wtc up w", {"web", "worker"}),
    ("wtc logs ", {"web", "worker", "db"}),
    ("wtc do", {"down", "doctor"}),
    ("wtc clean --worktree /code/", {"/code/accra"}),
]


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_bash_offers_commands_services_and_worktrees(user: User, line: str, expected: set[str]) -> None:
    script = """
        eval "$(wtc --show-completion bash)"
        IFS=' ' read -ra COMP_WORDS <<<"$1"
        [[ $1 != *' ' ]] || COMP_WORDS+=('')
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _wtc_completion wtc
        printf '%s\\n' "${COMPREPLY[@]}"
    """
    assert set(user.run("bash", "--norc", "--noprofile", "-c", script, "bash", line).split()) == expected


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_fish_offers_commands_services_and_worktrees(user: User, line: str, expected: set[str]) -> None:
    script = "wtc --show-completion fish | source; complete -C $argv[1]"
    out = user.run(having("fish"), "--no-config", "-c", script, line)
    assert {found.partition("\t")[0] for found in out.splitlines()} == expected


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("wtc up d", "wtc up db"),
        ("wtc logs we", "wtc logs web"),
        ("wtc doc", "wtc doctor"),
        ("wtc clean --worktree /code/a", "wtc clean --worktree /code/accra"),
    ],
)
def test_zsh_completes_commands_services_and_worktrees(user: User, typed: str, completed: str) -> None:
    # What is waited for is not spelled in what is typed, which comes back as well.
    begin = 'autoload -Uz compinit; compinit -u; eval "$(wtc --show-completion zsh)"; PS1=; print rea""dy'
    driver, screen = pty.openpty()
    command = [having("zsh"), "-f", "-i"]
    shell = subprocess.Popen(
        command, cwd=user.folder, env=user.env, stdin=screen, stdout=screen, stderr=screen, start_new_session=True
    )
    os.close(screen)
    try:
        _type(driver, f"{begin}\r", until="ready\r\n")
        # To the line's beginning: it is shown, not run.
        seen = _type(driver, f"{typed}\t\x01print -r -- s''hown \r", until="shown wtc ")
        seen += _type(driver, "print e''nd\r", until="end\r\n")
    finally:
        shell.kill()
        shell.wait()
        os.close(driver)
    assert seen.rpartition("shown ")[2].splitlines()[0].strip() == completed


def _type(driver: int, keys: str, *, until: str) -> str:
    os.write(driver, keys.encode())
    seen = ""
    end = time.monotonic() + DEADLINE_S
    while until not in seen:
        assert select.select([driver], [], [], max(0.0, end - time.monotonic()))[0], f"not seen: {until!r} in {seen!r}"
        seen += os.read(driver, 1 << 16).decode(errors="replace")
    return seen
