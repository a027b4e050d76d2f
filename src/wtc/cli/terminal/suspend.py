"""Ctrl-Z while something is drawn without a cursor: the shell gets the cursor, and a new picture begins afterwards."""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

_SHOW, _HIDE = b"\x1b[?25h\n", b"\x1b[?25l"


def raise_default_signal(number: int) -> None:
    """Does to this process what the signal would do without its handler, which is there again if that was no end."""
    handler = signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    signal.signal(number, handler)


@contextlib.contextmanager
def handle_suspend(descriptor: int, *, again: Callable[[], None]) -> Generator[None]:
    """While it lasts, SIGTSTP is met so. `again` is called when the process goes on."""

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
