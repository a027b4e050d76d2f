"""`sandbox`: run a command in a sandbox that can access only its worktree and little else."""

import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from wtc.dataclass import dataclass
from wtc.errors import UsageError, WtcError
from wtc.events import Note, Reporter, warn
from wtc.git_folders import create_missing, read_configuration, unprotected_paths
from wtc.orchestrator.context.target import Target, worktree_path
from wtc.orchestrator.session.sandbox_stack import StackAccess, stack_access
from wtc.planner.git.git_config import WITHOUT_COLLECTION, git_config
from wtc.sandbox import BwrapSandbox, Enforcement, GitFolders, Method, ResourceLimits, SandboxedProcess, SandboxRunner
from wtc.sandbox.bwrap import may_type_into_terminal
from wtc.sandbox.enforcement import limit_names
from wtc.sandbox.workspace import unsuitable_reason
from wtc.worktrees.git.git_user import user_settings
from wtc.worktrees.git.run_git import without_repository
from wtc.worktrees.locate import Worktree, linked_worktrees, worktree_at

_MEBIBYTE = 1 << 20
_FROM_TERMINAL = (signal.SIGINT, signal.SIGQUIT)
_FORWARDED = (*_FROM_TERMINAL, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)

_ON_THE_HOST = 'to have the stack\'s addresses on the host in variables, run `eval "$(wtc env)"`'


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxRequest:
    """The options of `sandbox`."""

    command: tuple[str, ...]
    limits: ResourceLimits
    shared: tuple[str, ...] = ()
    """Folders, relative to the current folder."""
    sockets: tuple[str, ...] = ()
    stack: bool = False
    """Whether the command reaches the services of the worktree's stack."""
    best_effort: bool = False
    unsandboxed: bool = False


def parse_mebibytes(text: str) -> int:
    """Return the MiB of `--memory`.

    Raises:
        UsageError: it is not a size, or less than one MiB.
    """
    from wtc.compose.transform.units import parse_bytes

    try:
        size = parse_bytes(text) // _MEBIBYTE
    except ValueError as error:
        raise UsageError(f"`--memory` is `{text}`, and must be {error}") from None
    if size < 1:
        raise UsageError(f"`--memory` is `{text}`, and must be at least `1m`")
    return size


def sandbox(target: Target, request: SandboxRequest, report: Reporter) -> int:
    """Run the command; its signals are those that wtc receives.

    Returns: its exit status, 128 + N if signal N ended it.

    Raises:
        SandboxUnavailableError: bubblewrap is missing or cannot start a sandbox.
        LimitsNotEnforcedError: a limit cannot be enforced.
        CommandNotStartedError: the command cannot be started on the host.
        StackUnreachableError: the services of the stack cannot be made reachable.
        UsageError: a folder or a socket is missing, the request has a stack but no sandbox, or the workspace is not a
            git worktree and contains what a sandbox hides: the home folder, or the engine's socket.
        WtcError: the stack is not up.
    """
    if not request.stack:
        return _sandbox(target, request, report, None)
    if request.unsandboxed:
        raise UsageError("`--stack` and `--no-sandbox` exclude each other", hints=[_ON_THE_HOST])
    with stack_access(target, report) as access:
        return _sandbox(target, request, report, access)


def _sandbox(target: Target, request: SandboxRequest, report: Reporter, access: StackAccess | None) -> int:
    import asyncio

    path = worktree_path(target)
    worktree = worktree_at(path)
    if not worktree.git and not request.unsandboxed:
        _check_workspace(path, target)
    folders = GitFolders(worktree=path, git_dir=worktree.git_dir, common=worktree.common) if worktree.git else None
    environment = {**without_repository(target.environment), **(access.variables if access else {})}
    if folders and not request.unsandboxed:
        _report_read_only(folders, report)
        environment |= git_config(environment, _git_settings(worktree, environment).items())
    runner = SandboxRunner(
        sandbox=BwrapSandbox(
            Path(path), _absolute(target, request.shared), _absolute(target, request.sockets), request.limits
        ),
        git=folders,
        other_worktrees=tuple(one.path for one in linked_worktrees(worktree) if one.path != path),
        environment=environment,
        stack=access.stack if access else None,
        best_effort=request.best_effort,
        unsandboxed=request.unsandboxed,
    )
    return asyncio.run(_run(runner, request.command, report))


async def _run(runner: SandboxRunner, command: tuple[str, ...], report: Reporter) -> int:
    before = read_configuration(runner.git) if runner.git else {}
    signals = _SignalForwarder()
    async with runner.start(command) as running:
        signals.attach(running)
        _report_enforcement(running.enforcement, report)
        ended = await running.wait()
    if runner.git and (changed := _changed(before, read_configuration(runner.git))):
        check = "to check it for commands that git would run, run `git config --local --list`"
        what = f"the configuration of the repository changed while the command ran: {changed}"
        warn(report, what, hint=check)
    if count := ended.refusals.get("memory"):
        warn(report, f"the kernel killed {_processes(count)} over the memory limit")
    if count := ended.refusals.get("pids"):
        warn(report, f"the kernel refused to create {_processes(count)} over the process limit")
    return ended.status


def _check_workspace(path: str, target: Target) -> None:
    """Raise UsageError if the sandbox of a folder outside git would see almost all of the host."""
    homes = [os.path.realpath(home) for home in (target.environment.get("HOME"), os.path.expanduser("~")) if home]
    if reason := unsuitable_reason(path, homes=homes, sockets=_engine_sockets(target)):
        raise UsageError(
            f"`{path}` cannot be the workspace of a sandbox",
            causes=[f"it is not a git worktree, and {reason}"],
            hints=["to run the command in a worktree, run `wtc sandbox -w WORKTREE -- COMMAND`"],
        )


def _engine_sockets(target: Target) -> list[str]:
    from wtc.engine.client.endpoint import DEFAULT_ADDRESS, choose_endpoint

    addresses = [DEFAULT_ADDRESS, f"unix://{target.environment.get('XDG_RUNTIME_DIR', '/run')}/docker.sock"]
    with suppress(WtcError):
        addresses.append(choose_endpoint(context=target.context, environment=target.environment).address)
    scheme = "unix://"
    return [os.path.realpath(one.removeprefix(scheme)) for one in addresses if one.startswith(scheme)]


def _report_read_only(git: GitFolders, report: Reporter) -> None:
    """Warn if the repository is read-only in the sandbox, because a part of it cannot be protected."""
    create_missing(git)
    if paths := unprotected_paths(git):
        why = f"`{paths[0]}` is {'a symbolic link' if os.path.islink(paths[0]) else 'missing'}, and cannot be protected"
        is_hooks = os.path.basename(paths[0]) == "hooks"
        hint = "to let it commit, remove the link and run `git config core.hooksPath FOLDER`" if is_hooks else ""
        warn(report, f"git in the sandbox can only read the repository: {why}", hint=hint)


def _changed(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> str:
    return ", ".join(f"`{path}`" for path, content in after.items() if content != before.get(path))


class _SignalForwarder:
    """Send the signals that wtc receives to the command.

    The command can run before `attach` is called. A signal that arrives earlier is kept until then; if it arrives
    twice, it ends wtc. Signals of the terminal are forwarded from `attach` on.
    """

    def __init__(self) -> None:
        import asyncio

        self._loop = asyncio.get_running_loop()
        self._kept: list[signal.Signals] = []
        self._running: SandboxedProcess | None = None
        self._shares_terminal = False
        for number in set(_FORWARDED).difference(_FROM_TERMINAL):
            self._loop.add_signal_handler(number, self._receive, number)

    @property
    def has_kept(self) -> bool:
        """Whether a signal waits for the command."""
        return bool(self._kept)

    def attach(self, running: SandboxedProcess) -> None:
        """Forward to this command from now on.

        Signals from the terminal reach the command directly where it shares the terminal, and are not sent twice.
        """
        self._running = running
        self._shares_terminal = not running.sandboxed or not may_type_into_terminal()
        for number in _FROM_TERMINAL:
            self._loop.add_signal_handler(number, self._receive, number)
        for number in self._kept:
            running.send_signal(number)

    def _receive(self, number: signal.Signals) -> None:
        if self._running is None:
            if number in self._kept:
                signal.signal(number, signal.SIG_DFL)
                signal.raise_signal(number)
            self._kept.append(number)
        elif not (self._shares_terminal and number in _FROM_TERMINAL and _in_foreground()):
            self._running.send_signal(number)


def _in_foreground() -> bool:
    """Return whether the controlling terminal sends its signals to this process."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


def _report_enforcement(enforcement: Enforcement, report: Reporter) -> None:
    if enforcement.missing:
        reason = "; ".join(dict.fromkeys(enforcement.missing.values()))
        warn(report, f"{limit_names(enforcement.missing)} is not enforced: {reason}")
    for method in Method:
        if held := enforcement.limited_by(method):
            report(Note(text=f"{limit_names(held)}: enforced by {method}"))


def _git_settings(worktree: Worktree, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the part of the user's git configuration that git needs, as the sandbox cannot read it.

    No garbage is collected inside: that would change the entries of other worktrees, which are read-only.
    """
    inside = {"safe.directory": worktree.path, **WITHOUT_COLLECTION}
    return inside | user_settings(worktree.path, environment)


def _absolute(target: Target, paths: tuple[str, ...]) -> list[Path]:
    return [Path(os.path.normpath(os.path.join(target.cwd, path))) for path in paths]


def _processes(count: int) -> str:
    return "1 process" if count == 1 else f"{count} processes"
