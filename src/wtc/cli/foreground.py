"""`up --foreground`: stay attached to the stack until it ends or a signal arrives."""

import contextlib
import sys
import threading
import time
from typing import TYPE_CHECKING

from wtc.cli.render.logs import LogWriter
from wtc.cli.render.up import show_up
from wtc.cli.reporting import choose_reporter
from wtc.cli.signals import handle_signals, interrupted_status
from wtc.cli.terminal.output import narrate
from wtc.cli.terminal.streams import discard_unwritten
from wtc.errors import InterruptedByUserError
from wtc.events import Reporter
from wtc.interruption import is_stop_heeded, received_signal
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.session.foreground import attach_stack
from wtc.orchestrator.up import UpRequest, UpResult, up

if TYPE_CHECKING:
    from wtc.cli.background_stop import BackgroundStop


class _InterruptedError(BaseException):
    """A signal arrived while the logs were printed."""


class _Signals:
    """Handle the first signal: detach from the stack, or start to stop it."""

    def __init__(self, stopping: "BackgroundStop | None") -> None:
        self.stop = threading.Event()
        self.watching = False
        self._stopping = stopping

    def on_first(self, _number: int) -> None:
        """Handle it."""
        if self._stopping is not None:
            # First of all: SIGKILL may follow within 200 ms.
            self._stopping.begin()
        self.stop.set()
        if self.watching or not is_stop_heeded():
            raise _InterruptedError


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
    with handle_signals(signals.on_first):
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
            if stopping is None and not signals.watching:
                raise InterruptedByUserError("interrupted", exit_status=interrupted_status()) from None
            return _stop_or_detach(stopping)
        except InterruptedByUserError as error:
            if stopping is None:
                raise error.replace(exit_status=interrupted_status()) from error.__cause__
            return _stop_or_detach(stopping)


def _watch(target: Target, result: UpResult, signals: _Signals, *, begun_s: float, report: Reporter) -> int:
    writer = LogWriter(prefixed=True, coloured=True, timestamps=False)
    writer.expect(result.replicas)
    services = {service for service, _ in result.replicas}
    signals.watching = True
    if received_signal():
        raise _InterruptedError
    with attach_stack(target, result.namespace, services=services, begun_s=begun_s, report=report) as attachment:
        for lines in attachment.lines():
            writer.write(lines)
        return attachment.exit_status()


def _stop_or_detach(stopping: "BackgroundStop | None") -> int:
    discard_unwritten()
    # After a signal the reader may be closed too, which is not an error.
    with contextlib.suppress(OSError):
        if sys.stderr.isatty():
            sys.stderr.write("\r")  # overwrite the `^C` of the terminal
        if stopping is None:
            narrate("the stack keeps running; to stop it, run `wtc down`")
        else:
            narrate("stopping; press Ctrl-C again to let it finish in the background")
    if stopping is not None and stopping.watch():
        with contextlib.suppress(OSError):
            narrate(f"the stop failed; its log is `{stopping.log}`")
    return interrupted_status()
