"""Handle the signals that ask wtc to end: the first one stops the command cleanly, the second one ends wtc at once."""

# `signal` itself takes as long to import as a short command may take to find its ports.
import _signal  # pyright: ignore[reportMissingModuleSource, reportMissingImports]
import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress

from wtc.errors import Exit
from wtc.interruption import Interrupted, forget_signals, is_stop_heeded, note_signal, received_signal
from wtc.static_typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from types import FrameType

_signals: Any = _signal
INTERRUPT: int = _signals.SIGINT
TERMINATE: int = _signals.SIGTERM
ENDING: tuple[int, ...] = (INTERRUPT, TERMINATE, _signals.SIGHUP)
SHOW_CURSOR = b"\x1b[?25h"

Handler = Callable[[int, "FrameType | None"], None]


@contextmanager
def interrupt_on_signal() -> Generator[None]:
    """Raise Interrupted on the main thread at the first signal within the block."""

    def interrupt(number: int) -> None:
        raise Interrupted(number)

    forget_signals()
    with handle_signals(interrupt):
        yield


@contextmanager
def handle_signals(first: Callable[[int], None]) -> Generator[None]:
    """Call `first` with the first signal within the block; a second one ends wtc.

    A signal that the caller ignores, as `nohup` has it, stays ignored. Only on the main thread.
    """

    def handle(number: int, _frame: "FrameType | None") -> None:
        if not note_signal(number):
            end_at_once()
        first(number)

    before = {number: _signals.getsignal(number) for number in ENDING}
    try:
        for number, old in before.items():
            if old != _signals.SIG_IGN:
                _signals.signal(number, handle)
        yield
    finally:
        for number, old in before.items():
            _signals.signal(number, old)


def interrupt_unless_heeded(number: int) -> None:
    """Interrupt the main thread unless it looks at an event by itself."""
    if not is_stop_heeded():
        raise Interrupted(number)


def interrupted_status() -> int:
    """Return the exit status for the signal that arrived."""
    return Exit.TERMINATED if received_signal() == TERMINATE else Exit.INTERRUPTED


def end_at_once() -> NoReturn:
    """End the process, whatever its threads wait for. The terminal gets its cursor back."""
    with suppress(OSError, ValueError):
        if sys.stderr.isatty():
            os.write(2, SHOW_CURSOR + b"\n")
    os._exit(interrupted_status())
