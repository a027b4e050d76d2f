"""`up --foreground`: attached to the stack until it ends, or until a signal says to leave it."""

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
    """A signal has come while the stack was watched."""


class _Signals:
    """The first one leaves the stack, or begins to stop it; the second one leaves at once."""

    def __init__(self, stopping: "BackgroundStop | None") -> None:
        self.stop = threading.Event()
        self.received = 0
        self.watching = False
        self._stopping = stopping

    @property
    def status(self) -> int:
        """The exit status that tells of the signal."""
        return Exit.TERMINATED if self.received == signal.SIGTERM else Exit.INTERRUPTED

    def __call__(self, number: int, _frame: "FrameType | None") -> None:
        if self.received:
            with contextlib.suppress(OSError):
                if sys.stderr.isatty():
                    os.write(2, _SHOW_CURSOR)
            os._exit(self.status)
        self.received = number
        if self._stopping is not None:
            # Before all else: SIGKILL may be as near as 200 ms.
            self._stopping.begin()
        self.stop.set()
        if self.watching:
            raise _InterruptedError

    @contextlib.contextmanager
    def heeded(self) -> Generator[None]:
        """While it lasts signals come here; one that the caller has ignored (`nohup`) stays so."""
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
    """Brings the stack up, and stays with it. With `stops` a signal stops it, else it is left running.

    Returns: the exit status, of the first container that failed where they have all ended.
    """
    stopping = None
    if stops:
        from wtc.cli.background_stop import BackgroundStop

        stopping = BackgroundStop(target)
    signals = _Signals(stopping)
    with signals.heeded():
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
            sys.stderr.write("\r")  # over what the terminal shows of Ctrl-C
        if stopping is None:
            narrate("left running; to stop it, run `wtc down`")
        else:
            narrate("stopping; once more to leave that to a process of its own")
    if stopping is not None and stopping.watch():
        with contextlib.suppress(OSError):
            narrate(f"what went wrong is in `{stopping.log}`")
    return signals.status
