"""Start `wtc` as a process of its own without starting Python: what a test runs in place of `python -m wtc`.

A test of start-up, of the installed command, of another locale or of the interpreter's options, or one that has a shell
start `wtc`, runs `sys.executable` itself.
"""

import inspect
import os
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, AnyStr, cast

from tests.fork_server import Request

ROOT = Path(__file__).resolve().parent.parent
LOCALE = "C.UTF-8"
"""The locale of the server, and so of every command: an interpreter reads it when it starts."""
DEADLINE_S = 120.0

_sending = threading.Lock()


def start_wtc(
    *arguments: str,
    cwd: str | Path,
    env: Mapping[str, str],
    stdin: int = subprocess.DEVNULL,
    stdout: int = subprocess.PIPE,
    stderr: int = subprocess.PIPE,
    start_new_session: bool = False,
    terminal: bool = False,
) -> "subprocess.Popen[str]":
    """Start `wtc ...`; with `terminal`, standard input is the controlling terminal of its session."""
    made = _ForkedProcess(
        arguments,
        cwd=cwd,
        env=env,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        text=True,
        errors="surrogateescape",
        start_new_session=start_new_session or terminal,
        terminal=terminal,
    )
    return cast("subprocess.Popen[str]", made)


def run_wtc(
    *arguments: str, cwd: str | Path, env: Mapping[str, str], data: AnyStr
) -> "subprocess.CompletedProcess[AnyStr]":
    """Run `wtc ...` with `data` on standard input, and wait for it."""
    pipe = subprocess.PIPE
    made = _ForkedProcess(arguments, cwd=cwd, env=env, stdin=pipe, stdout=pipe, stderr=pipe, text=isinstance(data, str))
    with cast("subprocess.Popen[AnyStr]", made) as process:
        try:
            out, err = process.communicate(data, timeout=DEADLINE_S)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


class _ForkedProcess(subprocess.Popen[Any]):
    """A child of the fork server, with the interface of a child of this process.

    It replaces how `subprocess.Popen` makes a child and how it waits for it; the pipes, text and time-outs are those of
    `Popen`.
    """

    def __init__(self, arguments: tuple[str, ...], *, terminal: bool = False, **options: Any) -> None:
        self._arguments, self._terminal = arguments, terminal
        self.peak_bytes = 0
        self._reading = threading.Lock()
        super().__init__(["wtc", *arguments], **options)

    def _execute_child(self, *given: Any) -> None:
        original = cast("Any", subprocess.Popen)._execute_child
        options = inspect.signature(original).bind(self, *given).arguments
        _check_locale(options["env"])
        request = Request(
            arguments=list(self._arguments),
            cwd=os.path.abspath(options["cwd"]),
            environment=dict(options["env"]),
            new_session=options["start_new_session"],
            terminal=self._terminal,
        )
        reports, report = os.pipe()
        self._reports = os.fdopen(reports, "rb", buffering=0)
        try:
            _submit(request, [*(options[name] for name in ("p2cread", "c2pwrite", "errwrite")), report])
        finally:
            os.close(report)
            pipes = ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite")
            cast("Any", self)._close_pipe_fds(*(options[name] for name in pipes))
        self.pid, _ = self._next_report()
        self._child_created = True

    def _internal_poll(self, **_: Any) -> int | None:
        if self.returncode is None:
            self._wait_for_report(0)
        return self.returncode

    def _wait(self, timeout: float | None) -> int:
        if self.returncode is None and not self._wait_for_report(timeout):
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return cast("int", self.returncode)

    def _wait_for_report(self, timeout_s: float | None) -> bool:
        try:
            ready, _, _ = select.select([self._reports], [], [], timeout_s)
        except ValueError:
            # Another thread has read the report, and has closed the pipe.
            return self.returncode is not None
        with self._reading:
            if ready and self.returncode is None:
                self.returncode, peak = self._next_report()
                self.peak_bytes = peak * (1 if sys.platform == "darwin" else 1024)
                self._reports.close()
        return bool(ready)

    def _next_report(self) -> tuple[int, int]:
        line = self._reports.readline()
        if not line:
            raise RuntimeError("the fork server has ended")
        number, peak = line.split()
        return int(number), int(peak)


def _check_locale(env: Mapping[str, str]) -> None:
    other = [name for name in env if name.startswith(("LC_", "PYTHON"))]
    if other or env.get("LANG", LOCALE) != LOCALE:
        raise ValueError(f"an interpreter that starts reads {other or 'LANG'}: run `sys.executable` in place of this")


def _submit(request: Request, descriptors: list[int]) -> None:
    with _sending:
        control, _ = _server()
        request.send(control, descriptors)


@cache
def _server() -> "tuple[socket.socket, subprocess.Popen[bytes]]":
    """Start the server of this test process; it ends when this process does."""
    mine, its = socket.socketpair()
    with its:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.fork_server", str(its.fileno())],
            cwd=ROOT,
            env={"LANG": LOCALE, "PATH": os.environ["PATH"]},
            stdin=subprocess.DEVNULL,
            pass_fds=[its.fileno()],
        )
    return mine, process
