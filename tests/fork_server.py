"""A process that has imported wtc, and forks one child for each `wtc` command that a test starts.

To start Python and import wtc takes ten times the processor time of a short command. `tests/wtc_process.py` starts this
server and sends it the commands. A child does what `python -m wtc` does: it has its own arguments, environment, folder,
streams and session, and no state of another command.
"""

import fcntl
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import sys
import termios
import time
from dataclasses import asdict, dataclass
from types import FrameType
from typing import Self

LENGTH_BYTES = 4
DESCRIPTORS = 4
"""Standard input, output and error of the command, and the pipe that takes its process id and its exit status."""
ALSO_IMPORTED = ("filelock",)
"""What a command imports inside a function only, beside modules of wtc."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One command line, and the process that it runs in."""

    arguments: list[str]
    cwd: str
    environment: dict[str, str]
    new_session: bool
    terminal: bool
    """Whether standard input becomes the controlling terminal."""

    def send(self, control: socket.socket, descriptors: list[int]) -> None:
        """Send it together with `DESCRIPTORS` file descriptors."""
        body = json.dumps(asdict(self)).encode()
        socket.send_fds(control, [len(body).to_bytes(LENGTH_BYTES, "big")], descriptors)
        control.sendall(body)

    @classmethod
    def receive(cls, control: socket.socket) -> tuple[Self, list[int]] | None:
        """Return the next request and its file descriptors, or None if the tests have ended."""
        length, descriptors, _, _ = socket.recv_fds(control, LENGTH_BYTES, DESCRIPTORS)
        if not length:
            return None
        body = control.recv(int.from_bytes(length, "big"), socket.MSG_WAITALL)
        return cls(**json.loads(body)), descriptors


def serve(control: socket.socket) -> Request | None:
    """Fork a child for each request.

    Returns: in a child its request; in the server None, once the tests have ended.
    """
    reports: dict[int, int] = {}
    wake_reader, wake_writer = os.pipe()
    os.set_blocking(wake_writer, False)
    signal.signal(signal.SIGCHLD, _wake)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.set_wakeup_fd(wake_writer)
    while True:
        ready, _, _ = select.select([control, wake_reader], [], [])
        if wake_reader in ready:
            os.read(wake_reader, 4096)
            _report_ended(reports)
        if control not in ready:
            continue
        received = Request.receive(control)
        if received is None:
            return None
        request, descriptors = received
        pid = os.fork()
        if pid == 0:
            control.close()
            _become(request, descriptors)
            return request
        *streams, report = descriptors
        for descriptor in streams:
            os.close(descriptor)
        reports[pid] = report
        _report(report, pid, 0)


def _wake(number: int, frame: FrameType | None) -> None:
    """Only a signal that has a handler in Python is written to the wake-up descriptor."""


def _report_ended(reports: dict[int, int]) -> None:
    while reports:
        pid, status, used = os.wait4(-1, os.WNOHANG)
        if pid == 0:
            return
        report = reports.pop(pid)
        _report(report, os.waitstatus_to_exitcode(status), used.ru_maxrss)
        os.close(report)


def _report(report: int, number: int, peak: int) -> None:
    """Write the process id, or the exit status and the peak of memory in the unit of `getrusage`."""
    # The test may have ended before the command.
    try:
        os.write(report, f"{number} {peak}\n".encode())
    except BrokenPipeError:
        return


def _become(request: Request, descriptors: list[int]) -> None:
    """Make this child what a new Python process would be."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, descriptor in enumerate(descriptors[:3]):
        os.dup2(descriptor, number)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    if request.new_session:
        os.setsid()
    if request.terminal:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    os.chdir(request.cwd)
    os.environ.clear()
    os.environ.update(request.environment)
    time.tzset()
    sys.argv = [os.path.join(os.path.dirname(sys.modules["wtc"].__file__ or ""), "__main__.py"), *request.arguments]
    sys.path[0] = request.cwd
    sys.stdin = open(0, encoding=sys.stdin.encoding, errors=sys.stdin.errors, closefd=False)  # noqa: SIM115
    gc.enable()


def import_all() -> None:
    """Import every module that a command may import."""
    import wtc

    in_package = (module.name for module in pkgutil.walk_packages(wtc.__path__, "wtc."))
    # The artifacts are a library with optional dependencies, and no command uses them.
    used = (name for name in in_package if not name.startswith("wtc.artifacts") and not name.endswith("__main__"))
    for name in (*used, *ALSO_IMPORTED):
        importlib.import_module(name)


if __name__ == "__main__":
    import_all()
    # A child starts without garbage to look for, and does not copy the memory of what is imported.
    gc.disable()
    gc.freeze()
    if serve(socket.socket(fileno=int(sys.argv[1]))) is not None:
        from wtc.cli.main import main

        main()
