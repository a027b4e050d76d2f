"""Run a command in a sandbox, with its limits enforced."""

import contextlib
import os
import signal
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, closing, nullcontext

from wtc.dataclass import dataclass, replace
from wtc.errors import UsageError, WtcError
from wtc.git_folders import GitFolders, create_missing
from wtc.sandbox.availability import check_available
from wtc.sandbox.bwrap import BwrapSandbox
from wtc.sandbox.cgroups import count_limit_events, remove_groups
from wtc.sandbox.command_line import launch_command
from wtc.sandbox.enforcement import Enforcement, enforce_limits
from wtc.sandbox.git_mounts import git_mounts
from wtc.sandbox.network import StackNetwork
from wtc.sandbox.processes import command_pid, kill_sandbox
from wtc.sandbox.stack import Stack
from wtc.sandbox.view import TEMPORARY, SandboxView, bwrap_arguments
from wtc.sandbox.workspace import lies_in
from wtc.static_typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncio.subprocess import Process


class CommandNotStartedError(WtcError):
    """A command cannot be started; the exit status is 127 if it does not exist, 126 otherwise, as in a shell."""

    code = "command_not_started"

    def __init__(self, program: str, error: OSError) -> None:
        super().__init__(
            f"cannot run `{program}`",
            causes=[(error.strerror or str(error)).lower()],
            exit_status=127 if isinstance(error, FileNotFoundError) else 126,
        )


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
        pid = command_pid(self.process.pid) if self.sandboxed else self.process.pid
        if not pid:
            kill_sandbox(self.process.pid)
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)

    def kill(self) -> None:
        """Kill the command, and with it everything in its sandbox."""
        if self.process.returncode is None and self.sandboxed:
            kill_sandbox(self.process.pid)
        else:
            self.send_signal(signal.SIGKILL)

    async def wait(self) -> Ended:
        """Wait until the command has ended."""
        status = await self.process.wait()
        status = 128 - status if status < 0 else status
        return Ended(status=status, refusals=count_limit_events(self.enforcement.groups))


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxRunner:
    """Runs commands in one workspace."""

    sandbox: BwrapSandbox
    """Its `resource_limits` are enforced."""
    git: GitFolders | None = None
    """To have git work inside: the folders of the workspace's repository."""
    other_worktrees: tuple[str, ...] = ()
    """Folders that the command does not see even if they are in the workspace."""
    environment: Mapping[str, str]
    stack: Stack | None = None
    """To have the command reach the services of a stack by their names, and no other network."""
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
            CommandNotStartedError: no sandbox is used, and the command cannot be started.
            StackUnreachableError: the services cannot be made reachable.
            UsageError: the workspace, a shared folder or a socket is missing, a limit is not positive, or there is a
                stack, but no sandbox.
        """
        if not self.sandbox.workspace.is_dir():
            raise UsageError(f"`{self.sandbox.workspace}` is not a folder")
        if self.unsandboxed and self.stack:
            raise UsageError("a command on the host reaches the stack by its published ports, not by service names")
        view: SandboxView | None = None
        resets_signals = False
        if not self.unsandboxed:
            view = self._with_repository(self.sandbox.view())
            resets_signals = await check_available(
                replace(view, workspace=TEMPORARY, covered=(), shared=(), mounts=(), created=())
            )
        with closing(StackNetwork(self.stack)) if self.stack else nullcontext() as network:
            if view and network:
                view = replace(view, stack=network.descriptors)
            async with (
                self._started(command, view, streams, resets_signals=resets_signals) as running,
                network.relaying() if network else nullcontext(),
            ):
                yield running

    @asynccontextmanager
    async def _started(
        self, command: Sequence[str], view: SandboxView | None, streams: Mapping[str, Any], *, resets_signals: bool
    ) -> AsyncGenerator[SandboxedProcess]:
        limits = self.sandbox.resource_limits
        enforcement = await enforce_limits(limits, sandboxed=view is not None, best_effort=self.best_effort)
        sandbox = bwrap_arguments(view) if view else ()
        arguments = launch_command(command, enforcement, sandbox=sandbox, resets_signals=resets_signals)
        inherited = view.stack.inherited if view and view.stack else ()
        running: SandboxedProcess | None = None
        try:
            process = await self._spawn(arguments, {**streams, "pass_fds": inherited})
            running = SandboxedProcess(process=process, enforcement=enforcement, sandboxed=view is not None)
            yield running
        finally:
            if running:
                running.kill()
            await remove_groups(enforcement.groups)
            if running:
                # Last, because asyncio also waits for the ends of pipes that processes of the groups had open.
                await running.process.wait()

    async def _spawn(self, arguments: Sequence[str], streams: Mapping[str, Any]) -> "Process":
        import asyncio

        try:
            return await asyncio.create_subprocess_exec(
                *arguments, cwd=self.sandbox.workspace, env=self.environment, **streams
            )
        except OSError as error:
            raise CommandNotStartedError(arguments[0], error) from error

    def _with_repository(self, view: SandboxView) -> SandboxView:
        """Return the view with the worktree's repository, without other worktrees, and with an empty home folder."""
        for path in self.sandbox.shared_dirs:
            if not path.is_dir():
                raise UsageError(f"`{path}` is not a folder")
        for path in self.sandbox.mcp_sockets:
            if not path.is_socket():
                raise UsageError(f"`{path}` is not a socket")
        if self.git:
            create_missing(self.git)
        home = self.environment.get("HOME", "")
        return replace(
            view,
            covered=tuple(
                path for path in self.other_worktrees if lies_in(path, view.workspace) and os.path.isdir(path)
            ),
            created=(home,) if home.startswith("/") and not any(lies_in(home, path) for path in view.system) else (),
            mounts=git_mounts(self.git) if self.git else (),
        )
