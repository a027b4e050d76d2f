"""What the rest of wtc knows of the signals that ask it to end; `cli/signals.py` has their handlers.

A signal interrupts the main thread where it is, unless that thread heeds an event that the signal sets.
"""

import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from time import monotonic

from wtc.static_typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import threading
    from queue import SimpleQueue

T = TypeVar("T")

SILENCE_S = 10.0
"""How long wtc waits, after a signal, for an answer of the engine."""
TURN_S = 0.5
"""The longest single wait of the main thread: a signal that arrives just before a system call is handled after it."""


class Interrupted(KeyboardInterrupt):
    """A signal interrupted the main thread. Not an Exception, so that nothing handles it as a failure of the engine."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Abandoned(Interrupted):
    """A second signal: wtc ends without asking the engine for anything more."""


class _State:
    """The state of this process. `since_s`: when the first signal arrived (monotonic)."""

    heeding = 0
    received = 0
    since_s: float | None = None


@contextmanager
def heed_stop() -> Generator[None]:
    """Let the first signal only set the event `stop` within the block, which checks it and ends its work.

    For the main thread: signals interrupt no other one.
    """
    import threading

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _State.heeding += 1
    try:
        yield
    finally:
        _State.heeding -= 1


def is_stop_heeded() -> bool:
    """Return whether the main thread is in a block of `heed_stop`."""
    return _State.heeding > 0


def note_signal(number: int) -> bool:
    """Record a signal. Return whether it is the first one."""
    if _State.received:
        return False
    _State.received, _State.since_s = number, monotonic()
    return True


def received_signal() -> int:
    """Return the number of the first signal; 0 if none has arrived."""
    return _State.received


def forget_signals() -> None:
    """Start over, as in a new process."""
    _State.heeding, _State.received, _State.since_s = 0, 0, None


def silence_left_s(begun_s: float) -> float | None:
    """Return how long an answer may still take that wtc waits for since `begun_s` (monotonic); None before a signal."""
    if _State.since_s is None:
        return None
    return max(0.0, max(begun_s, _State.since_s) + SILENCE_S - monotonic())


def read_in_turns(descriptor: int, size: int) -> bytes:
    """Read as `os.read` does from a pipe or a terminal, and handle a signal that arrives just before."""
    import select

    while not select.select([descriptor], [], [], TURN_S)[0]:
        pass
    return os.read(descriptor, size)


def join_in_turns(thread: "threading.Thread") -> None:
    """Wait for the end of a thread, and handle a signal that arrives just before."""
    while thread.is_alive():
        thread.join(TURN_S)


def get_in_turns(queue: "SimpleQueue[T]") -> T:
    """Take the next item of a queue, wait for it, and handle a signal that arrives just before."""
    from queue import Empty

    while True:
        with suppress(Empty):
            return queue.get(timeout=TURN_S)
