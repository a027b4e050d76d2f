"""Completion, requested as each shell's script does."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.wtc_process import run_wtc
from wtc.registry.stack_records import StackRecord
from wtc.registry.store import Store

FILE = """
services:
  web: {image: nginx, ports: ["${PORT:?}:80"], profiles: [front]}
  worker: {image: busybox, profiles: [back, front]}
  db: {image: postgres}
"""


@pytest.fixture
def worktree(tmp_path: Path) -> Path:
    """A folder with a compose file whose variables are unset, and the stack of another folder."""
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "compose.yaml").write_text(FILE)
    with Store(str(tmp_path / "state")).transaction() as records:
        records.put(StackRecord(worktree="/code/accra", namespace="accra-1"))
    return folder


def run(folder: Path, environment: Mapping[str, str], *arguments: str) -> str:
    home = folder.parent
    own = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "WTC_CONFIG_DIR": str(home / "state"),
        "DOCKER_HOST": "unix:///nowhere/docker.sock",
    }
    done = run_wtc(*arguments, cwd=folder, env={**own, **environment}, data="")
    assert done.stderr.rpartition("\n\n")[0] == "", done.stderr
    return done.stdout


def bash(line: str) -> dict[str, str]:
    """The environment in which bash's script calls; the cursor is at the line's end."""
    words = line.split(" ")
    return {"_WTC_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("wtc do", {"down", "doctor"}),
        ("wtc hoo", set[str]()),
        ("wtc up ", {"web", "worker", "db"}),
        ("wtc up w", {"web", "worker"}),
        ("wtc up web w", {"worker"}),
        ("wtc logs d", {"db"}),
        ("wtc up --profile ", {"front", "back"}),
        ("wtc clean --worktree ", {"/code/accra"}),
        ("wtc env --format ", {"shell", "dotenv", "json"}),
        ("wtc ps --context ", {"default"}),
        ("wtc init co", {"conductor", "codex"}),
        ("wtc down --time", {"--timeout"}),
        ("wtc up --pull ", {"always", "missing", "never", "build"}),
        ("wtc up --events ", {"json"}),
        ("wtc logs --tail ", {"all"}),
        ("wtc cp ", set[str]()),
        ("wtc --profile front up w", {"web", "worker"}),
        ("wtc -w ", {"/code/accra"}),
        ("wtc --profile ", {"front", "back"}),
        ("wtc --prof", {"--profile"}),
        ("wtc -f none.yaml up ", set[str]()),
        ("wtc --debug do", {"down", "doctor"}),
        ("wtc worktree ", {"add", "list", "remove", "move", "lock", "unlock", "prune"}),
        ("wtc worktree remove --del", {"--delete-branch"}),
    ],
)
def test_bash_completes_commands_options_and_values(worktree: Path, line: str, expected: set[str]) -> None:
    assert set(run(worktree, bash(line)).split()) == expected


def test_zsh_and_fish_complete_the_same(worktree: Path) -> None:
    asked = {"_TYPER_COMPLETE_ARGS": "wtc up w"}
    assert '(("web"\n"worker"))' in run(worktree, {**asked, "_WTC_COMPLETE": "complete_zsh"})
    fish = {**asked, "_WTC_COMPLETE": "complete_fish", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    assert run(worktree, fish).split() == ["web", "worker"]


@pytest.mark.parametrize(
    "content",
    [
        "services: {web: {image: [], nonsense: 1}, db: {}}\n",
        "services:\n  web: {}\n  db: {}\n---\nx: [\n",
        "name: ${X\nservices: {web: , db: }\n",
    ],
)
def test_invalid_file_still_completes(worktree: Path, content: str) -> None:
    (worktree / "compose.yaml").write_text(content)
    assert set(run(worktree, bash("wtc up ")).split()) == {"web", "db"}


def test_missing_file_completes_nothing(worktree: Path) -> None:
    (worktree / "compose.yaml").unlink()
    assert run(worktree, bash("wtc up ")).split() == []


def test_given_file_is_completed_from(worktree: Path) -> None:
    (worktree / "other.yaml").write_text("services: {cache: {image: redis}}\n")
    assert run(worktree, bash("wtc up -f other.yaml ")).split() == ["cache"]


def test_worktrees_of_the_repository_complete(worktree: Path) -> None:
    (worktree / ".git/worktrees/b").mkdir(parents=True)
    (worktree / ".git/HEAD").write_text("ref: refs/heads/main\n")
    (worktree / ".git/worktrees/b/gitdir").write_text("/code/b/.git\n")
    assert set(run(worktree, bash("wtc up -w ")).split()) == {"/code/accra", "/code/b", str(worktree)}


SHOW = """
import json, sys, atexit
from wtc.cli.main import run
atexit.register(lambda: sys.stderr.write("\\n\\n" + json.dumps(sorted(sys.modules))))
sys.exit(run([]))
"""


@pytest.mark.parametrize("line", ["wtc u", "wtc up ", "wtc up -w "])
def test_completing_imports_nothing_that_reaches_an_engine(worktree: Path, line: str) -> None:
    own = {"PATH": os.environ["PATH"], "HOME": str(worktree.parent), "WTC_CONFIG_DIR": str(worktree.parent / "state")}
    done = subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=worktree,
        env={**own, **bash(line)},
        capture_output=True,
        text=True,
        check=False,
    )
    imported = set(json.loads(done.stderr.rpartition("\n\n")[2]))
    assert done.stdout
    assert imported & {"docker", "requests", "http.client", "rich", "filelock"} == set()


SCRIPTS = {"bash": "complete -o default -F", "zsh": "#compdef wtc", "fish": "complete --command wtc"}


@pytest.mark.parametrize("shell", SCRIPTS)
def test_each_shell_has_a_script(worktree: Path, shell: str) -> None:
    out = run(worktree, {}, "--show-completion", shell)
    assert SCRIPTS[shell] in out
    assert "_WTC_COMPLETE" in out


@pytest.mark.parametrize(
    ("shell", "file", "script"),
    [
        ("bash", ".bash_completions/wtc.sh", "complete -o default -F"),
        ("zsh", ".zfunc/_wtc", "#compdef wtc"),
        ("fish", ".config/fish/completions/wtc.fish", "complete --command wtc"),
    ],
)
def test_completion_is_installed_for_the_given_shell(worktree: Path, shell: str, file: str, script: str) -> None:
    home = worktree.parent
    done = wtc(worktree, "--install-completion", shell)
    assert (done.returncode, done.stdout) == (0, f"{home / file}\n")
    assert script in (home / file).read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--show-completion", "tcsh"], "error: wtc has no completion for the shell `tcsh`"),
        (["--install-completion", "zsh", "fish"], "error: `--install-completion` takes one shell, and got 2"),
    ],
)
def test_unknown_shell_is_an_error(worktree: Path, arguments: list[str], message: str) -> None:
    done = wtc(worktree, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(message)


def wtc(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    own = {"PATH": os.environ["PATH"], "HOME": str(folder.parent)}
    return run_wtc(*arguments, cwd=folder, env=own, data="")
