"""What the tests on a real sandbox share."""

import asyncio
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from tests.shells import having
from wtc.sandbox import (
    BwrapSandbox,
    Ended,
    GitFolders,
    ResourceLimits,
    SandboxedProcess,
    SandboxRunner,
    SandboxUnavailableError,
    Stack,
    check_available,
)
from wtc.sandbox.view import TEMPORARY, SandboxView

SEEN = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc")


@pytest.fixture(scope="session")
def bubblewrap() -> None:
    """bubblewrap that works; the test is skipped without it, but fails where CI is set."""
    having("bwrap")
    system = tuple(path for path in SEEN if os.path.isdir(path))
    try:
        asyncio.run(check_available(SandboxView(system=system, workspace=TEMPORARY, as_root=os.geteuid() == 0)))
    except SandboxUnavailableError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"{error.message}: {error.causes}")


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder outside `/tmp`, which a sandbox covers with its own."""
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="wtc-sandbox-test-") as folder:
        yield Path(folder)


@pytest.fixture
def workspace(place: Path) -> Path:
    """The folder that a sandbox sees."""
    folder = place / "workspace"
    folder.mkdir()
    return folder


class Sandboxed:
    """Runs commands in one workspace with `sh -c`."""

    def __init__(self, workspace: Path) -> None:
        self.workspace = workspace
        self.shared: list[Path] = []
        self.sockets: list[Path] = []
        self.limits: ResourceLimits | None = None
        self.git: GitFolders | None = None
        self.stack: Stack | None = None
        self.environment = {"PATH": "/usr/bin:/bin", "HOME": "/home/nobody-has-this"}

    def runner(self) -> SandboxRunner:
        sandbox = BwrapSandbox(self.workspace, self.shared, self.sockets, self.limits)
        return SandboxRunner(sandbox=sandbox, git=self.git, environment=self.environment, stack=self.stack)

    def run(self, script: str) -> tuple[int, str]:
        """Return the exit status, and both output streams as one text."""

        ended, output = self.run_to_end(script)
        return ended.status, output

    def run_to_end(self, script: str) -> tuple[Ended, str]:
        """Return how the script ended, and both output streams as one text."""

        async def go() -> tuple[Ended, str]:
            async with self.started(script) as running:
                assert running.process.stdout is not None
                output = await running.process.stdout.read()
                return await running.wait(), output.decode()

        return asyncio.run(go())

    def started(self, script: str) -> AbstractAsyncContextManager[SandboxedProcess]:
        """Start a script; what it writes can be read from `process.stdout`."""
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        return self.runner().start(["sh", "-c", script], **streams)


@pytest.fixture
def sandboxed(bubblewrap: None, workspace: Path) -> Sandboxed:
    """A sandbox of the workspace."""
    return Sandboxed(workspace)


@pytest.fixture
def git() -> Callable[..., str]:
    """Runs git in a folder, without anything of the host's configuration."""
    environment = {
        "PATH": os.environ["PATH"],
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_SYSTEM": "/dev/null",
        **{f"GIT_{who}_{what}": "w@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }

    def run(folder: Path, *arguments: str) -> str:
        command = ["git", "-C", str(folder), *arguments]
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.strip()

    return run
