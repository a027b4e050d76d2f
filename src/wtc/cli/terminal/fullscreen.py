"""Draw on the terminal's alternate screen, and restore the screen on every way out, signals included."""

import contextlib
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Sequence

from wtc.cli.terminal.escape import escape_line
from wtc.cli.terminal.suspend import raise_default_signal
from wtc.errors import WtcError
from wtc.static_typing import TYPE_CHECKING, Self, cast

if TYPE_CHECKING:
    from io import BufferedWriter, RawIOBase
    from types import FrameType

_ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l"
"""Switch to the alternate screen, hide the cursor, and cut long lines off instead of wrapping them."""
_LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l"
_HOME, _EMPTY_LINE, _BELOW = "\x1b[H", "\x1b[2K", "\x1b[J"
_UNKNOWN = (80, 24)
_ENDS = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)

Draw = Callable[[int, int], Sequence[str]]
"""Columns, rows -> the lines of a screen of that size."""


class Fullscreen:
    """A context manager that draws on the terminal of standard output.

    Signals that end or suspend the process restore the screen first. Output is not buffered, because a signal can come
    at any time.
    """

    def __init__(self) -> None:
        self._draw: Draw = lambda _columns, _rows: []
        self._is_entered = False
        self._before: dict[int, object] = {}
        self._woken, self._waker = -1, -1

    def __enter__(self) -> Self:
        self._woken, self._waker = os.pipe()
        os.set_blocking(self._waker, False)
        handlers = {signal.SIGWINCH: self._on_size, signal.SIGTSTP: self._on_end, signal.SIGCONT: self._on_return}
        for number, handler in {**handlers, **dict.fromkeys(_ENDS, self._on_end)}.items():
            if signal.getsignal(number) != signal.SIG_IGN:
                self._before[number] = signal.signal(number, handler)
        self._enter_screen()
        return self

    def __exit__(self, *_: object) -> None:
        self._leave_screen()
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        os.close(self._woken)
        os.close(self._waker)

    def show(self, draw: Draw) -> None:
        """Draw the screen. `rest` draws it again if the terminal's size changes."""
        self._draw = draw
        self._refresh()

    def rest(self, seconds: float) -> None:
        """Wait, and draw again each time the terminal's size changes."""
        end = time.monotonic() + seconds
        while select.select([self._woken], [], [], max(0.0, end - time.monotonic()))[0]:
            os.read(self._woken, 1 << 10)
            self._refresh()

    def _refresh(self) -> None:
        self._enter_screen()
        if self._is_entered:
            columns, rows = _size()
            lines = list(self._draw(columns, rows))
            # Do not clear after a full last line: the cursor is still on its last character.
            below = f"\r\n{_BELOW}" if len(lines) < rows else ""
            self._write(_HOME + "\r\n".join(f"{_EMPTY_LINE}{escape_line(line)}" for line in lines) + below)

    def _enter_screen(self) -> None:
        # A background process must not draw over the foreground one.
        if not self._is_entered and _is_in_foreground():
            self._is_entered = True
            self._write(_ENTER)

    def _leave_screen(self) -> None:
        if self._is_entered:
            self._is_entered = False
            self._write(_LEAVE)

    def _write(self, text: str) -> None:
        raw = cast("RawIOBase", cast("BufferedWriter", sys.stdout.buffer).raw)
        data = text.encode(sys.stdout.encoding, "replace")
        while data:
            data = data[raw.write(data) :]

    def _on_size(self, _number: int, _frame: "FrameType | None") -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(self._waker, b"!")

    def _on_end(self, number: int, frame: "FrameType | None") -> None:
        with contextlib.suppress(OSError, WtcError):
            self._leave_screen()
        raise_default_signal(number)
        # The process was suspended and has continued, or the system ignored the stop (an orphaned process group).
        self._on_return(number, frame)

    def _on_return(self, number: int, frame: "FrameType | None") -> None:
        self._enter_screen()
        self._on_size(number, frame)


def _is_in_foreground() -> bool:
    try:
        return os.tcgetpgrp(1) == os.getpgrp()
    except OSError:
        return True  # not the controlling terminal of this process


def _size() -> tuple[int, int]:
    size = os.get_terminal_size(1)
    return (size.columns, size.lines) if size.columns and size.lines else _UNKNOWN
