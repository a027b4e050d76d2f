"""Choosing how to tell what happens, and how to be stopped."""

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
"""What live lines are written with beside letters."""


def choose_reporter(*, quiet: bool, events: str = "") -> "PlainReporter | LiveReporter | JsonReporter":
    """Live lines on a terminal, plain ones elsewhere; with `quiet` only warnings.

    `events` is `json` for every event as a line of JSON.
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
    """An event that the first Ctrl-C (or SIGTERM, SIGHUP) sets: what is under way is finished, nothing new begins.

    The second one leaves at once.
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
            sys.stderr.write("stopping after what is under way; once more to leave at once\n")

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
