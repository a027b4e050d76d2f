"""Run a command in a sandbox, with its limits enforced."""

import contextlib
import os
import signal
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from wtc.errors import UsageError
from wtc.sandbox.bwrap import BwrapSandbox
from wtc.sandbox.cgroups import count_refusals, remove_groups
from wtc.sandbox.enforcement import Enforcement, enforce
from wtc.sandbox.git import GitFolders, create_hooks_folder, git_mounts
from wtc.sandbox.launch import launch_command
from wtc.sandbox.probe import check_available
from wtc.sandbox.view import TEMPORARY, View, bwrap_arguments

if TYPE_CHECKING:
    from asyncio.subprocess import Process


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended."""

    status: int
    """The exit status; 128 + N for a command that signal N ended."""
    refusals: Mapping[str, int]
    """Limit -> how often the kernel killed a process for it (`memory`) or refused to create one (`pids`).

    Counted by control groups only.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxedProcess:
    """A command that runs."""

    process: "Process"
    """What was started: bubblewrap, or the command itself without a sandbox. Its streams are the command's."""
    enforcement: Enforcement
    sandboxed: bool

    def send_signal(self, number: int) -> None:
        """Send a signal to the command. Before the command has started, the sandbox ends instead."""
        if self.process.returncode is not None:
            return
        pid = _command_of(self.process.pid) if self.sandboxed else self.process.pid
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid or self.process.pid, number if pid else signal.SIGKILL)

    async def wait(self) -> Ended:
        """Wait until the command has ended."""
        status = await self.process.wait()
        status = 128 - status if status < 0 else status
        return Ended(status=status, refusals=count_refusals(self.enforcement.groups))


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxRunner:
    """Runs commands in one workspace."""

    sandbox: BwrapSandbox
    """Its `resource_limits` are enforced."""
    git: GitFolders | None = None
    """To have git work inside: the folders of the workspace's repository."""
    environment: Mapping[str, str]
    best_effort: bool = False
    """Whether a limit that nothing can enforce is left out."""
    unsandboxed: bool = False
    """Whether the command runs on the host, in the workspace, with the limits alone."""

    async def run(self, command: Sequence[str]) -> Ended:
        """Run a command on this process's own streams until it has ended.

        Raises: as `start`.
        """
        async with self.start(command) as running:
            return await running.wait()

    @asynccontextmanager
    async def start(self, command: Sequence[str], **streams: Any) -> AsyncGenerator[SandboxedProcess]:
        """Start a command (program and arguments); on leaving, kill what still runs and remove the control groups.

        `streams` are `stdin`, `stdout` and `stderr` as `asyncio.create_subprocess_exec` takes them.

        Raises:
            SandboxUnavailableError: bubblewrap is missing or cannot start a sandbox.
            LimitsNotEnforcedError: nothing enforces a limit, and `best_effort` is false.
            UsageError: the workspace, a shared folder or a socket is missing, or a limit is not positive.
        """
        import asyncio

        view: View | None = None
        resets_signals = False
        if not self.unsandboxed:
            empty = replace(self.sandbox.view(), workspace=TEMPORARY, shared=())
            resets_signals = await check_available(empty)
            view = self._view()
        limits = self.sandbox.resource_limits
        enforcement = await enforce(limits, sandboxed=view is not None, best_effort=self.best_effort)
        try:
            started = await asyncio.create_subprocess_exec(
                *launch_command(
                    command, enforcement, sandbox=bwrap_arguments(view) if view else (), resets_signals=resets_signals
                ),
                cwd=self.sandbox.workspace,
                env=self.environment,
                **streams,
            )
            try:
                yield SandboxedProcess(process=started, enforcement=enforcement, sandboxed=view is not None)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    started.kill()
                await started.wait()
        finally:
            await remove_groups(enforcement.groups)

    def _view(self) -> View:
        """What the command sees, its repository and an empty home folder included."""
        for path in (self.sandbox.workspace, *self.sandbox.shared_dirs):
            if not path.is_dir():
                raise UsageError(f"`{path}` is not a folder")
        for path in self.sandbox.mcp_sockets:
            if not path.is_socket():
                raise UsageError(f"`{path}` is not a socket")
        if self.git:
            create_hooks_folder(self.git)
        view = self.sandbox.view()
        home = self.environment.get("HOME", "")
        return replace(
            view,
            created=(home,) if home.startswith("/") and not home.startswith(view.system) else (),
            mounts=git_mounts(self.git) if self.git else (),
        )


def _command_of(pid: int) -> int:
    """The process of the command, 0 if there is none yet: the child of the first process inside, bubblewrap's child."""
    first = _child_of(pid)
    return _child_of(first) if first else 0


def _child_of(pid: int) -> int:
    """Source: proc(5), `/proc/PID/task/TID/children`."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return int((file.read().split() or ["0"])[0])
    except OSError:
        return 0
