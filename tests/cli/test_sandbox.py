"""`wtc sandbox` from the command line."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sandbox.conftest import bubblewrap, git, place, workspace
from tests.wtc_process import run_wtc, start_wtc

__all__ = ["bubblewrap", "git", "place", "workspace"]


@pytest.fixture
def environment(place: Path) -> dict[str, str]:
    """A home without anything."""
    home = place / "home"
    home.mkdir()
    return {"PATH": os.environ["PATH"], "HOME": str(home), "WTC_CONFIG_DIR": str(place / "state")}


@pytest.fixture
def wtc(workspace: Path, environment: dict[str, str]) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Runs `wtc sandbox ...` in the workspace."""

    def run(*arguments: str, path: str = "") -> "subprocess.CompletedProcess[str]":
        changed = {**environment, "PATH": path or environment["PATH"]}
        return run_wtc("sandbox", *arguments, cwd=workspace, env=changed, data="")

    return run


Wtc = Callable[..., "subprocess.CompletedProcess[str]"]


def test_command_runs_in_the_worktree_and_its_status_is_returned(bubblewrap: None, wtc: Wtc, workspace: Path) -> None:
    ended = wtc("--", "sh", "-c", "pwd; exit 7")
    assert (ended.returncode, ended.stdout, ended.stderr) == (7, f"{workspace}\n", "")


def test_options_of_the_command_are_not_parsed(bubblewrap: None, wtc: Wtc) -> None:
    assert wtc("echo", "--memory", "-h").stdout == "--memory -h\n"


def test_enforcer_of_the_limits_is_reported(bubblewrap: None, wtc: Wtc) -> None:
    ended = wtc("--memory", "64m", "--", "true")
    assert (ended.returncode, ended.stderr.startswith("the memory limit: enforced by ")) == (0, True)


def test_death_over_the_memory_limit_is_explained(bubblewrap: None, wtc: Wtc) -> None:
    ended = wtc("--memory", "64m", "--", "sh", "-c", "head -c 200000000 /dev/zero | tail | wc -c")
    if "systemd" not in ended.stderr:
        assert "the kernel killed 1 process over the memory limit" in ended.stderr


def test_linked_worktree_commits_as_the_user(
    bubblewrap: None, wtc: Wtc, workspace: Path, environment: dict[str, str], git: Callable[..., str], place: Path
) -> None:
    Path(environment["HOME"], ".gitconfig").write_text("[user]\nname = Wu\nemail = wu@example.org\n")
    workspace.rmdir()
    git(place, "init", "-q", "main")
    git(place / "main", "commit", "-q", "--allow-empty", "-m", "first")
    git(place / "main", "worktree", "add", "-q", str(workspace))
    ended = wtc("--", "git", "commit", "-q", "--allow-empty", "-m", "second")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert git(workspace, "log", "-1", "--format=%s by %an <%ae>") == "second by Wu <wu@example.org>"


def test_worktrees_inside_the_main_one_are_not_seen(
    bubblewrap: None, wtc: Wtc, workspace: Path, git: Callable[..., str]
) -> None:
    git(workspace, "init", "-q")
    git(workspace, "commit", "-q", "--allow-empty", "-m", "first")
    nested = workspace / ".worktrees" / "nested"
    git(workspace, "worktree", "add", "-q", str(nested))
    (nested / "secret").write_text("x")
    assert wtc("--", "ls", "-A", str(nested)).stdout == ""
    assert wtc("-w", str(nested), "--", "ls", "secret").stdout == "secret\n"


def test_changed_configuration_of_the_repository_is_reported(
    bubblewrap: None, workspace: Path, environment: dict[str, str], git: Callable[..., str]
) -> None:
    git(workspace, "init", "-q")
    command = ("sandbox", "--", "sh", "-c", "echo ready; read -r line")
    with start_wtc(*command, cwd=workspace, env=environment, stdin=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "ready\n"
        git(workspace, "config", "core.fsmonitor", "anything")
        _, errors = running.communicate("\n")
    assert "warning: the configuration of the repository changed while the command ran" in errors


def test_new_file_by_which_git_leaves_its_configuration_is_reported(
    bubblewrap: None, wtc: Wtc, workspace: Path, git: Callable[..., str]
) -> None:
    git(workspace, "init", "-q")
    ended = wtc("--", "sh", "-c", "echo ../../evil >.git/commondir")
    assert f"changed while the command ran: `{workspace}/.git/commondir`" in ended.stderr


def test_hooks_that_cannot_be_protected_are_named(
    bubblewrap: None, wtc: Wtc, workspace: Path, git: Callable[..., str]
) -> None:
    git(workspace, "init", "-q", "--template=")
    (workspace / ".git" / "hooks").symlink_to("../.githooks")
    ended = wtc("--", "touch", ".git/made")
    assert (
        f"git in the sandbox can only read the repository: `{workspace}/.git/hooks` is a symbolic link" in ended.stderr
    )
    assert (ended.returncode, (workspace / ".git" / "made").exists()) == (1, False)


def test_git_in_the_sandbox_uses_the_worktree_and_not_the_callers_variables(
    bubblewrap: None, workspace: Path, environment: dict[str, str], git: Callable[..., str]
) -> None:
    git(workspace, "init", "-q")
    named = {**environment, "GIT_DIR": "/missing", "GIT_WORK_TREE": "/", "GIT_INDEX_FILE": "/missing/index"}
    ended = run_wtc("sandbox", "--", "git", "status", "--short", cwd=workspace, env=named, data="")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


@pytest.mark.parametrize("folder", ["/", "home", "above home", "socket"])
def test_workspace_that_contains_what_the_sandbox_hides_is_refused(
    environment: dict[str, str], place: Path, folder: str
) -> None:
    (place / "run").mkdir()
    changed = {**environment, "DOCKER_HOST": f"unix://{place}/run/docker.sock"}
    cwd = {"/": Path("/"), "home": place / "home", "above home": place, "socket": place / "run"}[folder]
    ended = run_wtc("sandbox", "--", "true", cwd=cwd, env=changed, data="")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert f"`{cwd}` cannot be the workspace of a sandbox" in ended.stderr


def test_home_folder_that_is_a_git_worktree_is_a_workspace(
    bubblewrap: None, environment: dict[str, str], place: Path, git: Callable[..., str]
) -> None:
    git(place / "home", "init", "-q")
    ended = run_wtc("sandbox", "--", "ls", "-A", cwd=place / "home", env=environment, data="")
    assert (ended.returncode, ended.stdout) == (0, ".git\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_to_wtc_reaches_the_command(
    bubblewrap: None, workspace: Path, environment: dict[str, str], number: signal.Signals
) -> None:
    script = f"trap 'echo caught; exit 9' {int(number)}; echo ready; while :; do sleep 0.01; done"
    command = ("sandbox", "--", "sh", "-c", script)
    with start_wtc(*command, cwd=workspace, env=environment, start_new_session=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "ready\n"
        running.send_signal(number)
        assert (running.stdout.read(), running.wait()) == ("caught\n", 9)


@pytest.mark.parametrize("own_session", [True, False])
def test_interrupt_at_a_terminal_reaches_the_command_once(
    bubblewrap: None, workspace: Path, environment: dict[str, str], *, own_session: bool
) -> None:
    # A second one would come within the last loop.
    script = """
        n=0; trap 'n=$((n+1))' INT; echo ready; while [ $n -eq 0 ]; do sleep 0.01; done
        for again in 1 2 3 4 5 6 7 8 9 10; do sleep 0.02; done; echo "count $n"
    """
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(workspace)
        code = WITH_SESSION.format(own_session=own_session)
        os.execve(sys.executable, [sys.executable, "-c", code, "sandbox", "--", "sh", "-c", script], environment)
    seen = read_until(terminal, b"ready")
    os.write(terminal, b"\x03")
    seen += read_until(terminal, b"count 1\r\n")
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0, seen
    os.close(terminal)


WITH_SESSION = """
import sys, wtc.orchestrator.sandbox, wtc.sandbox.bwrap
from wtc.cli.main import run
for module in (wtc.orchestrator.sandbox, wtc.sandbox.bwrap):
    module.may_type_into_terminal = lambda: {own_session}
sys.exit(run(sys.argv[1:]))
"""
"""wtc on a kernel that lets processes type into their terminal, or on one that does not."""


def read_until(terminal: int, wanted: bytes) -> bytes:
    """Read what the terminal shows, until that is part of it."""
    seen = b""
    while wanted not in seen:
        try:
            seen += os.read(terminal, 1000)
        except OSError:  # Linux: the other end is closed
            pytest.fail(f"{wanted!r} is not in {seen!r}")
    return seen


def test_all_processes_of_the_command_end_with_a_killed_wtc(
    bubblewrap: None, workspace: Path, environment: dict[str, str]
) -> None:
    command = ("sandbox", "--", "sh", "-c", "echo ready; sleep 1000")
    with start_wtc(*command, cwd=workspace, env=environment) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "ready\n"
        running.kill()
        # The end of the stream: no process has it open any more.
        assert running.stdout.read() == ""


@pytest.fixture
def without_bubblewrap(place: Path) -> str:
    """A PATH that has git alone."""
    folder = place / "bin"
    folder.mkdir()
    (folder / "git").symlink_to("/usr/bin/git")
    return str(folder)


def test_command_is_not_run_without_bubblewrap(wtc: Wtc, workspace: Path, without_bubblewrap: str) -> None:
    ended = wtc("--", "/bin/touch", "made", path=without_bubblewrap)
    assert (ended.returncode, list(workspace.iterdir())) == (1, [])
    assert "error: bubblewrap is not installed" in ended.stderr
    assert "wtc sandbox --no-sandbox -- COMMAND" in ended.stderr


def test_command_runs_unsandboxed_only_on_request(wtc: Wtc, workspace: Path, without_bubblewrap: str) -> None:
    ended = wtc("--no-sandbox", "--", "/bin/sh", "-c", "kill -9 $$", path=without_bubblewrap)
    assert ended.returncode == 137
    assert wtc("--no-sandbox", "--", "/bin/touch", "made", path=without_bubblewrap).returncode == 0
    assert (workspace / "made").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--memory", "x"], "`--memory` is `x`, and must be a size like `512m`"),
        (["--memory", "100k"], "`--memory` is `100k`, and must be at least `1m`"),
        (["--cpus", "0"], "`--cpus` is `0`, and must be at least 0.01"),
        (["--cpus", "nan"], "`--cpus` is `nan`, and must be at least 0.01"),
        (["--pids", "0"], "--pids"),
        (["--share", "missing"], "missing` is not a folder"),
        (["--stack", "--no-sandbox"], "`--stack` and `--no-sandbox` exclude each other"),
        (["--socket", "missing"], "missing` is not a socket"),
    ],
)
def test_invalid_options_are_usage_errors(bubblewrap: None, wtc: Wtc, arguments: list[str], message: str) -> None:
    ended = wtc(*arguments, "--", "true")
    assert (ended.returncode, message in ended.stderr) == (2, True)


def test_command_that_does_not_exist_is_an_error(bubblewrap: None, wtc: Wtc) -> None:
    assert wtc("--", "no-such-command").returncode == 127
    ended = wtc("--no-sandbox", "--", "no-such-command")
    assert (ended.returncode, "`no-such-command`" in ended.stderr) == (127, True)
