"""Handle Ctrl-Z while live lines are drawn: show the cursor to the shell, and redraw when the process continues."""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Generator

from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

_SHOW, _HIDE = b"\x1b[?25h\n", b"\x1b[?25l"


def raise_default_signal(number: int) -> None:
    """Apply the signal's default action to this process, then restore the handler if the process continues."""
    handler = signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    signal.signal(number, handler)


@contextlib.contextmanager
def handle_suspend(descriptor: int, *, again: Callable[[], None]) -> Generator[None]:
    """Handle SIGTSTP within the context. `again` is called when the process continues."""

    def on_stop(number: int, _frame: "FrameType | None") -> None:
        with contextlib.suppress(OSError):
            os.write(descriptor, _SHOW)
        raise_default_signal(number)
        again()
        with contextlib.suppress(OSError):
            os.write(descriptor, _HIDE)

    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTSTP) is signal.SIG_IGN:
        yield
        return
    before = signal.signal(signal.SIGTSTP, on_stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTSTP, before)
