"""The user's terminal: its size, raw mode, and the signals that come while a command has it. Knows no engine."""

import contextlib
import fcntl
import os
import signal
import socket
import struct
import termios
import tty
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from types import FrameType

EXIT_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
DETACH_KEYS = "ctrl-p,ctrl-q"


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptors:
    """Where a command's input comes from (None: it gets none) and where its output goes."""

    stdin: int | None = 0
    stdout: int = 1
    stderr: int = 2


def is_terminal(descriptor: int) -> bool:
    """Whether it is one; a closed descriptor is none."""
    try:
        return os.isatty(descriptor)
    except OSError:
        return False


def terminal_size(descriptor: int) -> tuple[int, int]:
    """Rows and columns; (0, 0) where nobody knows."""
    try:
        answer = fcntl.ioctl(descriptor, termios.TIOCGWINSZ, b"\0" * 8)
    except OSError:
        return 0, 0
    rows, columns, _, _ = struct.unpack("HHHH", answer)
    return rows, columns


@contextlib.contextmanager
def raw_mode(descriptor: int) -> Generator[None]:
    """Every key goes to the command as it is typed, Ctrl-C too; as it was before on any way out."""
    before = termios.tcgetattr(descriptor)
    try:
        tty.setraw(descriptor, termios.TCSADRAIN)
        yield
    finally:
        # The terminal may be gone by now.
        with contextlib.suppress(termios.error, OSError):
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


class SignalReader:
    """Signals as numbers that are read from a descriptor: a wait can be for them, too."""

    def __init__(self, receiver: socket.socket) -> None:
        self._receiver = receiver

    def fileno(self) -> int:
        """What becomes readable when one has come."""
        return self._receiver.fileno()

    def read(self) -> list[int]:
        """Those that have come."""
        with contextlib.suppress(BlockingIOError):
            return list(self._receiver.recv(256))
        return []


@contextlib.contextmanager
def read_signals(numbers: Sequence[int]) -> Generator[SignalReader]:
    """Takes these signals over; on the main thread only."""
    receiver, sender = socket.socketpair()
    receiver.setblocking(False)  # noqa: FBT003  the standard library's signature
    sender.setblocking(False)  # noqa: FBT003  the standard library's signature
    with receiver, sender:
        old = signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
        before = {number: signal.signal(number, _ignore) for number in numbers}
        try:
            yield SignalReader(receiver)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(old)


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """Python has written the number to the wake-up descriptor by now."""


class DetachDetector:
    """Finds the keys that detach in what is typed. They are held back until it is sure that they are not meant."""

    def __init__(self, keys: bytes) -> None:
        self._keys = keys
        self._seen = 0

    def feed(self, typed: bytes) -> tuple[bytes, bool]:
        """What goes to the command, and whether the user detaches."""
        if not self._keys:
            return typed, False
        passed = bytearray()
        for key in typed:
            if key != self._keys[self._seen] and self._seen:
                passed += self._keys[: self._seen]
                self._seen = 0
            if key != self._keys[self._seen]:
                passed.append(key)
                continue
            self._seen += 1
            if self._seen == len(self._keys):
                self._seen = 0
                return bytes(passed), True
        return bytes(passed), False


def parse_detach_keys(text: str) -> bytes:
    """`ctrl-p,ctrl-q` as the bytes that they send; the usual ones where it says nothing, or what cannot be."""
    found = bytearray()
    for key in (text or DETACH_KEYS).split(","):
        name = key.strip().removeprefix("ctrl-")
        control = name != key.strip()
        if len(name) != 1 or not name.isascii() or (control and not 64 <= ord(name.upper()) < 96):
            return parse_detach_keys(DETACH_KEYS)
        found.append(ord(name.upper()) & 31 if control else ord(name))
    return bytes(found)
