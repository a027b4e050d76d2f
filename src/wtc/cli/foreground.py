"""`up --foreground`: stay attached to the stack until it ends or a signal arrives."""

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Generator
from typing import TYPE_CHECKING

from wtc.cli.render.logs import LogWriter
from wtc.cli.render.up import show_up
from wtc.cli.reporting import choose_reporter
from wtc.cli.terminal.escape import Verbatim
from wtc.cli.terminal.output import narrate
from wtc.cli.terminal.streams import discard_unwritten
from wtc.errors import Exit, InterruptedByUserError
from wtc.events import Reporter
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.session.foreground import attach_stack
from wtc.orchestrator.up import UpRequest, UpResult, up

if TYPE_CHECKING:
    from types import FrameType

    from wtc.cli.background_stop import BackgroundStop

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SHOW_CURSOR = b"\x1b[?25h\n"


class _InterruptedError(BaseException):
    """A signal arrived while the logs were printed."""


class _Signals:
    """Handle signals: the first detaches from the stack or starts to stop it; the second exits at once."""

    def __init__(self, stopping: "BackgroundStop | None") -> None:
        self.stop = threading.Event()
        self.received = 0
        self.watching = False
        self._stopping = stopping

    @property
    def status(self) -> int:
        """The exit status for the signal."""
        return Exit.TERMINATED if self.received == signal.SIGTERM else Exit.INTERRUPTED

    def __call__(self, number: int, _frame: "FrameType | None") -> None:
        if self.received:
            with contextlib.suppress(OSError):
                if sys.stderr.isatty():
                    os.write(2, _SHOW_CURSOR)
            os._exit(self.status)
        self.received = number
        if self._stopping is not None:
            # First of all: SIGKILL may follow within 200 ms.
            self._stopping.begin()
        self.stop.set()
        if self.watching:
            raise _InterruptedError

    @contextlib.contextmanager
    def installed(self) -> Generator[None]:
        """Install the handlers within the context. A signal that the caller ignores (`nohup`) stays ignored."""
        before = {s: signal.getsignal(s) for s in SIGNALS}
        for number, old in before.items():
            if old is not signal.SIG_IGN:
                signal.signal(number, self)
        try:
            yield
        finally:
            for number, old in before.items():
                signal.signal(number, old)


def up_in_foreground(target: Target, request: UpRequest, *, stops: bool, quiet: bool, events: str) -> int:
    """Bring the stack up and stay attached. With `stops` a signal stops the stack, else it keeps running.

    Returns:
        The exit status: that of the first failed container if all have ended.
    """
    stopping = None
    if stops:
        from wtc.cli.background_stop import BackgroundStop

        stopping = BackgroundStop(target)
    signals = _Signals(stopping)
    with signals.installed():
        try:
            begun_s = time.time()
            with choose_reporter(quiet=quiet, events=events) as report:
                result = up(target, request, report, signals.stop)
            if stopping is not None:
                stopping.namespace = result.namespace
            show_up(result, as_json=False, dry_run=False, silent=bool(events))
            sys.stdout.flush()
            return _watch(target, result, signals, begun_s=begun_s, report=report)
        except _InterruptedError:
            return _stop_or_detach(signals, stopping)
        except InterruptedByUserError as error:
            if stopping is None:
                raise error.replace(exit_status=signals.status) from error.__cause__
            return _stop_or_detach(signals, stopping)


def _watch(target: Target, result: UpResult, signals: _Signals, *, begun_s: float, report: Reporter) -> int:
    writer = LogWriter(prefixed=True, coloured=True, timestamps=False)
    writer.expect(result.replicas)
    services = {service for service, _ in result.replicas}
    signals.watching = True
    if signals.received:
        raise _InterruptedError
    try:
        with attach_stack(target, result.namespace, services=services, begun_s=begun_s, report=report) as attachment:
            for lines in attachment.lines():
                writer.write(lines)
            return attachment.exit_status()
    finally:
        signals.watching = False


def _stop_or_detach(signals: _Signals, stopping: "BackgroundStop | None") -> int:
    discard_unwritten()
    # After a signal the reader may be closed too, which is not an error.
    with contextlib.suppress(OSError):
        if sys.stderr.isatty():
            sys.stderr.write(Verbatim("\r"))  # overwrite the `^C` of the terminal
        if stopping is None:
            narrate("the stack keeps running; to stop it, run `wtc down`")
        else:
            narrate("stopping; press Ctrl-C again to let it finish in the background")
    if stopping is not None and stopping.watch():
        with contextlib.suppress(OSError):
            narrate(f"the stop failed; its log is `{stopping.log}`")
    return signals.status
