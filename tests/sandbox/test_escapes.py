"""What a command in a sandbox reaches of the host, tried from inside."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sandbox.conftest import SEEN, Sandboxed
from wtc.errors import UsageError
from wtc.sandbox import GitFolders
from wtc.sandbox.view import SandboxView, bwrap_arguments


def test_workspace_is_writable_and_the_working_folder(sandboxed: Sandboxed) -> None:
    assert sandboxed.run("pwd; echo x >made") == (0, f"{sandboxed.workspace}\n")
    assert (sandboxed.workspace / "made").read_text() == "x\n"


def test_home_folder_is_empty(sandboxed: Sandboxed, place: Path) -> None:
    home = place / "home"
    (home / ".ssh").mkdir(parents=True)
    sandboxed.environment["HOME"] = str(home)
    assert sandboxed.run('ls -A "$HOME"; touch "$HOME/kept"') == (0, "")
    assert sorted(entry.name for entry in home.iterdir()) == [".ssh"]


def test_own_home_folder_is_out_of_reach(sandboxed: Sandboxed) -> None:
    assert sandboxed.run(f"ls -A {Path.home()} 2>/dev/null")[1] == ""


def test_other_worktrees_are_out_of_reach(sandboxed: Sandboxed, place: Path) -> None:
    (place / "other").mkdir()
    assert sandboxed.run(f"ls {place}") == (0, "workspace\n")
    assert sandboxed.run(f"echo x >{place}/other/made")[0] != 0


@pytest.mark.parametrize("path", ["/var/run/docker.sock", "/run", "/var/lib", "/sys", "/boot", "/dev/mem"])
def test_rest_of_the_host_is_out_of_reach(sandboxed: Sandboxed, path: str) -> None:
    assert sandboxed.run(f"test -e {path}")[0] == 1


def test_hosts_temporary_files_are_out_of_reach(sandboxed: Sandboxed, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    assert sandboxed.run(f"cat {tmp_path}/secret")[0] != 0


def test_network_is_unreachable(sandboxed: Sandboxed) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        script = f"exec 3<>/dev/tcp/127.0.0.1/{port}"
        assert subprocess.run(["bash", "-c", script], check=False).returncode == 0
        assert sandboxed.run(f"bash -c '{script}'")[0] != 0
    assert sandboxed.run("cat /proc/net/dev | tail -n +3 | cut -d: -f1 | tr -d ' '") == (0, "lo\n")


def test_abstract_sockets_of_the_host_are_unreachable(sandboxed: Sandboxed) -> None:
    name = f"wtc-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"\0{name}")
        assert name in Path("/proc/net/unix").read_text()
        assert name not in sandboxed.run("cat /proc/net/unix")[1]


def test_hosts_processes_are_invisible(sandboxed: Sandboxed) -> None:
    sleeping = subprocess.Popen(["sleep", "1000"])
    try:
        assert sandboxed.run(f"kill -0 {sleeping.pid}")[0] != 0
        seen = sandboxed.run("cat /proc/[0-9]*/comm")[1].split()
        assert set(seen) <= {"bwrap", "sh", "cat"}
    finally:
        sleeping.kill()
        sleeping.wait()


@pytest.mark.parametrize("path", ["/usr/made", "/etc/made", "/bin/made", "/proc/sys/kernel/core_pattern"])
def test_system_and_kernel_settings_are_read_only(sandboxed: Sandboxed, path: str) -> None:
    # Opened for appending, without writing anything.
    status, output = sandboxed.run(f": >>{path}")
    assert (status != 0, "Read-only" in output or "Permission denied" in output) == (True, True)


@pytest.mark.parametrize(
    "command", ["mount -o remount,rw /etc", "mount -t tmpfs none /usr", "umount /usr", "mknod b b 254 0", "chroot /"]
)
def test_mounts_and_devices_cannot_be_changed(sandboxed: Sandboxed, command: str) -> None:
    assert sandboxed.run(command)[0] != 0


def test_private_files_of_the_system_are_hidden(sandboxed: Sandboxed) -> None:
    assert sandboxed.run("cat /etc/shadow 2>/dev/null")[1] == ""


def test_shared_folders_and_sockets_are_there(sandboxed: Sandboxed, place: Path) -> None:
    shared = place / "shared"
    shared.mkdir()
    path = place / "a.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        sandboxed.shared, sandboxed.sockets = [shared], [path]
        assert sandboxed.run(f"test -S {path} && echo x >{shared}/made") == (0, "")
    assert (shared / "made").read_text() == "x\n"


@pytest.mark.parametrize("kind", ["folder", "socket"])
def test_missing_share_is_an_error(sandboxed: Sandboxed, place: Path, kind: str) -> None:
    missing = [place / "missing"]
    sandboxed.shared, sandboxed.sockets = (missing, []) if kind == "folder" else ([], missing)
    with pytest.raises(UsageError, match=f"`{missing[0]}` is not a {kind}"):
        sandboxed.run("true")


@pytest.mark.parametrize(("script", "status"), [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", 143)])
def test_exit_status_comes_through(sandboxed: Sandboxed, script: str, status: int) -> None:
    assert sandboxed.run(script)[0] == status


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1])
def test_signals_reach_the_command(sandboxed: Sandboxed, number: signal.Signals) -> None:
    script = f"trap 'echo caught; exit 9' {int(number)}; echo ready; while :; do sleep 0.01; done"

    async def go() -> tuple[bytes, int]:
        async with sandboxed.started(script) as running:
            assert running.process.stdout is not None
            assert await running.process.stdout.readline() == b"ready\n"
            running.send_signal(number)
            return await running.process.stdout.read(), (await running.wait()).status

    assert asyncio.run(go()) == (b"caught\n", 9)


def test_bubblewrap_survives_the_signals_of_a_terminal(sandboxed: Sandboxed) -> None:
    async def go() -> tuple[bytes, int]:
        async with sandboxed.started("echo ready; sleep 0.2; echo still here") as running:
            assert running.process.stdout is not None
            assert await running.process.stdout.readline() == b"ready\n"
            running.process.send_signal(signal.SIGINT)
            return await running.process.stdout.read(), (await running.wait()).status

    assert asyncio.run(go()) == (b"still here\n", 0)


def test_command_ends_when_its_caller_does_not_wait(sandboxed: Sandboxed) -> None:
    async def go() -> int:
        async with sandboxed.started("echo ready; sleep 1000") as running:
            assert running.process.stdout is not None
            await running.process.stdout.readline()
            return running.process.pid

    assert not os.path.exists(f"/proc/{asyncio.run(go())}")


@pytest.mark.skipif(os.geteuid() != 0, reason="another user's sandbox is started by root")
def test_sandbox_of_an_unprivileged_user_keeps_to_its_process_limit(bubblewrap: None, workspace: Path) -> None:
    workspace.parent.chmod(0o755)
    workspace.chmod(0o777)
    view = SandboxView(system=tuple(path for path in SEEN if os.path.isdir(path)), workspace=str(workspace))
    script = "ulimit -u 8 2>/dev/null || ulimit -p 8; touch made; for n in $(seq 40); do sleep 60 & done"
    ended = subprocess.run(
        [*bwrap_arguments(view), "sh", "-c", script],
        user=65534,
        group=65534,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ((workspace / "made").stat().st_uid, "fork" in ended.stderr) == (65534, True)


class TestLinkedWorktree:
    """git in a sandbox of a linked worktree."""

    @pytest.fixture
    def linked(self, sandboxed: Sandboxed, place: Path, git: Callable[..., str]) -> Sandboxed:
        main = place / "main"
        git(place, "init", "-q", "main")
        git(main, "config", "user.name", "W")
        git(main, "config", "user.email", "w@example.org")
        git(main, "commit", "-q", "--allow-empty", "-m", "first")
        git(main, "worktree", "add", "-q", "-b", "topic", str(place / "linked"))
        git(main, "worktree", "add", "-q", "--detach", str(place / "third"))
        sandboxed.workspace = place / "linked"
        common = str(main / ".git")
        sandboxed.git = GitFolders(
            worktree=str(sandboxed.workspace), git_dir=f"{common}/worktrees/linked", common=common
        )
        return sandboxed

    def test_git_reads_and_commits(self, linked: Sandboxed, place: Path, git: Callable[..., str]) -> None:
        script = "echo x >f && git add f && git commit -q -m second && git status --short && git log --format=%s"
        assert linked.run(script) == (0, "second\nfirst\n")
        assert git(place / "main", "log", "-1", "--format=%s", "topic") == "second"

    def test_git_stashes_rebases_and_deletes_branches(self, linked: Sandboxed) -> None:
        script = """
            set -e
            echo x >f; git add f; git commit -qm second; echo y >f; git stash -q; git stash pop -q; git checkout -q f
            git branch side HEAD~; git checkout -q side; git commit -q --allow-empty -m third; git rebase -q topic
            git checkout -q topic; git branch -qD side 2>/dev/null; git pack-refs --all; git status --short
        """
        assert linked.run(script) == (0, "")

    @pytest.mark.parametrize(
        "path",
        [
            "main/.git/hooks/pre-commit",
            "main/.git/config",
            "main/.git/config.worktree",
            "main/.git/modules/sm/config",
            "main/.git/wtc/id",
            "main/.git/worktrees/third/HEAD",
            "main/.git/worktrees/third/wtc/id",
            "main/.git/worktrees/linked/commondir",
            "main/.git/worktrees/linked/gitdir",
            "main/.git/worktrees/linked/config.worktree",
            "main/.git/worktrees/linked/modules/sm/config",
            "main/.git/worktrees/linked/wtc/id",
            "linked/.git",
            "main/file",
        ],
    )
    def test_what_runs_on_the_host_or_belongs_to_others_is_read_only(
        self, linked: Sandboxed, place: Path, path: str
    ) -> None:
        if "sm" in path:
            (place / path).parent.mkdir(parents=True)
        before = (place / path).read_bytes() if (place / path).exists() else b""
        linked.run(f"echo x >{place}/{path}")
        assert ((place / path).read_bytes() if (place / path).exists() else b"") == before

    def test_linked_hooks_make_the_repository_read_only_and_git_reads_it(self, linked: Sandboxed, place: Path) -> None:
        (place / "main" / ".githooks").mkdir()
        hooks = place / "main" / ".git" / "hooks"
        if hooks.is_dir():
            shutil.rmtree(hooks)
        hooks.symlink_to("../.githooks")
        assert linked.run("git log --format=%s") == (0, "first\n")
        assert linked.run(f"rm {hooks}; echo x >{place}/main/.githooks/pre-commit")[0] != 0
        assert (hooks.is_symlink(), list((place / "main" / ".githooks").iterdir())) == (True, [])

    @pytest.mark.parametrize("path", ["main/.git/hooks", "main/.git/config", "main/.git", "linked/.git"])
    def test_it_cannot_be_replaced_either(self, linked: Sandboxed, place: Path, path: str) -> None:
        assert linked.run(f"mv {place}/{path} {place}/linked/taken")[0] != 0
        assert (place / path).exists()


def test_git_folder_of_a_submodule_is_read_only(sandboxed: Sandboxed, place: Path, git: Callable[..., str]) -> None:
    git(place, "init", "-q", "origin")
    git(place / "origin", "commit", "-q", "--allow-empty", "-m", "first")
    main = sandboxed.workspace
    git(main, "init", "-q")
    git(main, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(place / "origin"), "sm")
    sandboxed.git = GitFolders(worktree=str(main), git_dir=f"{main}/.git", common=f"{main}/.git")
    assert sandboxed.run(f"git config -f .git/modules/sm/config core.fsmonitor 'touch {place}/made; false'")[0] != 0
    assert sandboxed.run("git -C sm log --format=%s") == (0, "first\n")
    git(main, "status")
    assert not (place / "made").exists()
