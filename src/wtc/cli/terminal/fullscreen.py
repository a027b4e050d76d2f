"""A terminal's whole screen, borrowed: what was on it is there again at the end, however that comes."""

import contextlib
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Self, cast

from wtc.cli.terminal.suspend import raise_default_signal
from wtc.errors import WtcError

if TYPE_CHECKING:
    from io import BufferedWriter, RawIOBase
    from types import FrameType

_ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l"
"""The alternate screen, without a cursor; what is too long for a line does not go on in the next one."""
_LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l"
_HOME, _EMPTY_LINE, _BELOW = "\x1b[H", "\x1b[2K", "\x1b[J"
_UNKNOWN = (80, 24)
_ENDS = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)

Draw = Callable[[int, int], Sequence[str]]
"""Columns, rows -> the lines of a screen of that size."""


class Fullscreen:
    """Standard output's terminal while it is entered.

    Signals that end the process or stop it for a while give the screen back first. It is written to without a buffer,
    for a signal may come at any time.
    """

    def __init__(self) -> None:
        self._draw: Draw = lambda _columns, _rows: []
        self._there = False
        self._before: dict[int, object] = {}
        self._woken, self._waker = -1, -1

    def __enter__(self) -> Self:
        self._woken, self._waker = os.pipe()
        os.set_blocking(self._waker, False)
        heeded = {signal.SIGWINCH: self._on_size, signal.SIGTSTP: self._on_end, signal.SIGCONT: self._on_return}
        for number, handler in {**heeded, **dict.fromkeys(_ENDS, self._on_end)}.items():
            if signal.getsignal(number) != signal.SIG_IGN:
                self._before[number] = signal.signal(number, handler)
        self._borrow()
        return self

    def __exit__(self, *_: object) -> None:
        self._give_back()
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        os.close(self._woken)
        os.close(self._waker)

    def show(self, draw: Draw) -> None:
        """Draws; the next `rest` does it anew where the terminal's size changes."""
        self._draw = draw
        self._refresh()

    def rest(self, seconds: float) -> None:
        """Waits, and meanwhile follows the terminal's size."""
        end = time.monotonic() + seconds
        while select.select([self._woken], [], [], max(0.0, end - time.monotonic()))[0]:
            os.read(self._woken, 1 << 10)
            self._refresh()

    def _refresh(self) -> None:
        self._borrow()
        if self._there:
            columns, rows = _size()
            lines = list(self._draw(columns, rows))
            # Behind a line that is full there is nothing to clear: the cursor stands on its last character.
            below = f"\r\n{_BELOW}" if len(lines) < rows else ""
            self._write(_HOME + "\r\n".join(f"{_EMPTY_LINE}{line}" for line in lines) + below)

    def _borrow(self) -> None:
        # One that was sent to the background draws nothing over what is done in front of it.
        if not self._there and _is_in_foreground():
            self._there = True
            self._write(_ENTER)

    def _give_back(self) -> None:
        if self._there:
            self._there = False
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
            self._give_back()
        raise_default_signal(number)
        # It was stopped for a while, or nobody is there who would let it go on and so it was not.
        self._on_return(number, frame)

    def _on_return(self, number: int, frame: "FrameType | None") -> None:
        self._borrow()
        self._on_size(number, frame)


def _is_in_foreground() -> bool:
    try:
        return os.tcgetpgrp(1) == os.getpgrp()
    except OSError:
        return True  # it is not the terminal that controls this process


def _size() -> tuple[int, int]:
    size = os.get_terminal_size(1)
    return (size.columns, size.lines) if size.columns and size.lines else _UNKNOWN
