"""Choose how to report events, and stop on signals."""

import signal
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from wtc.cli.render.plain_reporter import PlainReporter
from wtc.cli.terminal.style import can_encode, can_redraw
from wtc.errors import Exit, InterruptedByUserError

if TYPE_CHECKING:
    from types import FrameType

    from wtc.cli.render.json_reporter import JsonReporter
    from wtc.cli.terminal.live_view import LiveReporter

MARKS = "✔✘·…⠋"
"""The characters of live lines that are not ASCII."""


def choose_reporter(*, quiet: bool, events: str = "") -> "PlainReporter | LiveReporter | JsonReporter":
    """Return a reporter: live lines on a terminal, else plain lines; with `quiet`, only warnings.

    If `events` is `json`, report each event as a line of JSON.
    """
    if events == "json":
        from wtc.cli.render.json_reporter import JsonReporter

        return JsonReporter()
    if quiet or not can_redraw(sys.stderr) or not can_encode(MARKS, sys.stderr):
        return PlainReporter(quiet=quiet)
    from wtc.cli.terminal.live_view import LiveReporter

    return LiveReporter()


@contextmanager
def stop_on_signal() -> Generator[threading.Event]:
    """Yield an event that the first Ctrl-C (or SIGTERM, SIGHUP) sets: running operations finish, no new ones start.

    The second signal raises KeyboardInterrupt.
    """
    stop = threading.Event()
    received: list[int] = []

    def on_signal(number: int, _frame: "FrameType | None") -> None:
        if received:
            sys.stderr.write("\n")
            raise KeyboardInterrupt
        received.append(number)
        stop.set()
        if number == signal.SIGINT:
            sys.stderr.write("stopping after the running operations; press Ctrl-C again to exit at once\n")

    before = {s: signal.signal(s, on_signal) for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield stop
    except InterruptedByUserError as error:
        if received[:1] != [signal.SIGTERM]:
            raise
        raise error.replace(exit_status=Exit.TERMINATED) from error.__cause__
    finally:
        for number, old in before.items():
            signal.signal(number, old)
