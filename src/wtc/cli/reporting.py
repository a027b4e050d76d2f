"""Choose how to report events, and stop on signals."""

import os
import sys
import threading
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, suppress

from wtc.cli.render.plain_reporter import PlainReporter
from wtc.cli.signals import INTERRUPT, handle_signals, interrupt_unless_heeded, interrupted_status
from wtc.cli.terminal.style import can_encode, can_redraw, preferred_progress
from wtc.errors import InterruptedByUserError
from wtc.interruption import Interrupted, is_stop_heeded
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.cli.render.json_reporter import JsonReporter
    from wtc.cli.terminal.live_view import LiveReporter
    from wtc.events import Event, Reporter

MARKS = "✔✘·…⠋"
"""The characters of live lines that are not ASCII."""


def choose_reporter(*, quiet: bool, events: str = "") -> "PlainReporter | LiveReporter | JsonReporter":
    """Return a reporter: live lines on a terminal, else plain lines; with `quiet`, only warnings.

    If `events` is `json`, report each event as a line of JSON. `--progress` decides where neither is given.
    """
    preferred = preferred_progress()
    if events == "json" or (preferred == "json" and not quiet):
        from wtc.cli.render.json_reporter import JsonReporter

        return JsonReporter()
    live = can_redraw(sys.stderr) and can_encode(MARKS, sys.stderr) if preferred == "auto" else preferred == "tty"
    if quiet or not live:
        return PlainReporter(quiet=quiet or preferred == "quiet")
    from wtc.cli.terminal.live_view import LiveReporter

    return LiveReporter()


@contextmanager
def without_image_progress(
    reporter: "AbstractContextManager[Reporter]", *, pull: bool, build: bool
) -> Generator["Reporter"]:
    """Enter a reporter, and report to it all but the progress of pulls or builds."""
    from wtc.events import Progress
    from wtc.model.plan import BuildImage, PullImage

    dropped = (*((PullImage,) if pull else ()), *((BuildImage,) if build else ()))
    with reporter as report:

        def filtered(event: "Event", /) -> None:
            if not (isinstance(event, Progress) and isinstance(event.node.operation, dropped)):
                report(event)

        yield filtered


@contextmanager
def stop_on_signal() -> Generator[threading.Event]:
    """Yield an event that the first Ctrl-C (or SIGTERM, SIGHUP) sets: running operations finish, no new ones start.

    Where nothing heeds the event, the signal interrupts the command.

    Raises:
        InterruptedByUserError: a signal interrupted it.
    """
    stop = threading.Event()

    def on_first(number: int) -> None:
        stop.set()
        if number == INTERRUPT and is_stop_heeded():
            # Not by `sys.stderr`, which the signal may have interrupted.
            with suppress(OSError):
                os.write(2, b"stopping after the running operations; press Ctrl-C again to exit at once\n")
        interrupt_unless_heeded(number)

    with handle_signals(on_first):
        try:
            yield stop
        except Interrupted as error:
            raise InterruptedByUserError("interrupted", exit_status=interrupted_status()) from error
        except InterruptedByUserError as error:
            raise error.replace(exit_status=interrupted_status()) from error.__cause__
