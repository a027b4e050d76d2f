"""The user's terminal: its size, raw mode, detach keys, and the signals that arrive while a command uses it."""

import contextlib
import fcntl
import os
import signal
import struct
import termios
import tty
from collections.abc import Generator, Sequence
from types import FrameType

from wtc.dataclass import dataclass
from wtc.sockets import socket

EXIT_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
DETACH_KEYS = "ctrl-p,ctrl-q"


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptors:
    """The file descriptors of a command's input (None: no input) and output."""

    stdin: int | None = 0
    stdout: int = 1
    stderr: int = 2


def is_terminal(descriptor: int) -> bool:
    """Return whether a descriptor is a terminal; False for a closed one."""
    try:
        return os.isatty(descriptor)
    except OSError:
        return False


def terminal_size(descriptor: int) -> tuple[int, int]:
    """Return (rows, columns); (0, 0) if unknown."""
    try:
        answer = fcntl.ioctl(descriptor, termios.TIOCGWINSZ, b"\0" * 8)
    except OSError:
        return 0, 0
    rows, columns, _, _ = struct.unpack("HHHH", answer)
    return rows, columns


@contextlib.contextmanager
def raw_mode(descriptor: int) -> Generator[None]:
    """Pass each key, including Ctrl-C, to the command as it is typed; restore the terminal's mode at the end."""
    before = termios.tcgetattr(descriptor)
    try:
        tty.setraw(descriptor, termios.TCSADRAIN)
        yield
    finally:
        # The terminal may be closed by now.
        with contextlib.suppress(termios.error, OSError):
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


class SignalReader:
    """Signal numbers that are read from a descriptor, so that `select` can wait for them."""

    def __init__(self, receiver: socket.socket) -> None:
        self._receiver = receiver

    def fileno(self) -> int:
        """Return the descriptor that becomes readable when a signal has arrived."""
        return self._receiver.fileno()

    def read(self) -> list[int]:
        """Return the signals that have arrived."""
        with contextlib.suppress(BlockingIOError):
            return list(self._receiver.recv(256))
        return []


@contextlib.contextmanager
def read_signals(numbers: Sequence[int]) -> Generator[SignalReader]:
    """Handle these signals through a descriptor; only on the main thread."""
    receiver, sender = socket.socketpair()
    receiver.setblocking(False)  # noqa: FBT003  the standard library's signature
    sender.setblocking(False)  # noqa: FBT003  the standard library's signature
    with contextlib.closing(receiver), contextlib.closing(sender):
        old = signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
        before = {number: signal.signal(number, _ignore) for number in numbers}
        try:
            yield SignalReader(receiver)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(old)


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: Python has already written the number to the wake-up descriptor."""


class DetachDetector:
    """Find the detach keys in the input. A partial match is held back until another key completes or breaks it."""

    def __init__(self, keys: bytes) -> None:
        self._keys = keys
        self._matched = 0

    def feed(self, typed: bytes) -> tuple[bytes, bool]:
        """Return the bytes for the command, and whether the user detached."""
        if not self._keys:
            return typed, False
        passed = bytearray()
        for key in typed:
            if key != self._keys[self._matched] and self._matched:
                passed += self._keys[: self._matched]
                self._matched = 0
            if key != self._keys[self._matched]:
                passed.append(key)
                continue
            self._matched += 1
            if self._matched == len(self._keys):
                self._matched = 0
                return bytes(passed), True
        return bytes(passed), False


def parse_detach_keys(text: str) -> bytes:
    """Return the bytes of keys such as `ctrl-p,ctrl-q`; the default keys if the text is empty or not valid."""
    found = bytearray()
    for key in (text or DETACH_KEYS).split(","):
        name = key.strip().removeprefix("ctrl-")
        control = name != key.strip()
        if len(name) != 1 or not name.isascii() or (control and not 64 <= ord(name.upper()) < 96):
            return parse_detach_keys(DETACH_KEYS)
        found.append(ord(name.upper()) & 31 if control else ord(name))
    return bytes(found)
