"""A shell in a pseudo-terminal, and what its screen showed while commands ran in it."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pyte

DEADLINE_S = 180.0
_READY = b"\x1b]7;ready\x1b\\"
_PROMPT = r"\[\e[1;34m\]\w\[\e[0m\] $ "


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Neighbouring characters that look the same."""

    column: int
    text: str
    colour: str
    """As the terminal model names it: `default`, `red`, `brightblack` ..."""
    bold: bool


Screen = tuple[tuple[Run, ...], ...]
"""Lines from the top; the last one is not empty."""


class Recording:
    """A terminal that a user types into."""

    def __init__(self, folder: Path, env: Mapping[str, str], *, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self._driver, screen = pty.openpty()
        fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        own = {"TERM": "xterm-256color", "PS1": _PROMPT, "PROMPT_COMMAND": r"printf '\e]7;ready\e\\'"}
        self._shell = subprocess.Popen(
            ["bash", "--norc", "--noprofile", "--noediting", "-i"],
            cwd=folder,
            env={**env, **own},
            stdin=screen,
            stdout=screen,
            stderr=screen,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509  nothing else runs here yet
        )
        os.close(screen)
        self.written: list[tuple[float, bytes]] = []
        """When, and what."""
        self._wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._shell.kill()
        self._shell.wait()
        os.close(self._driver)

    def type(self, command: str) -> str:
        """Runs a command to its end; what it wrote."""
        before = len(self.written)
        os.write(self._driver, f"{command}\r".encode())
        self._wait()
        return b"".join(text for _, text in self.written[before:]).decode(errors="replace")

    def screens(self) -> Iterator[tuple[float, Screen]]:
        """When the screen changed, and to what."""
        model = pyte.Screen(self.columns, self.rows)
        stream = pyte.ByteStream(model)
        for moment, text in self.written:
            stream.feed(_without_faint(text))
            yield moment, _seen(model)

    def last(self) -> Screen:
        """What the screen shows now."""
        *_, (_, screen) = self.screens()
        return screen

    def _wait(self) -> None:
        end = time.monotonic() + DEADLINE_S
        seen = b""
        # The prompt comes behind the mark, in a piece of its own at times.
        while _READY not in seen or not seen.endswith(b"$ "):
            ready, _, _ = select.select([self._driver], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"the command does not end: {seen!r}"
            text = os.read(self._driver, 1 << 16)
            self.written.append((time.monotonic(), text))
            seen += text


def _without_faint(text: bytes) -> bytes:
    """The model knows no faint text: it becomes grey."""
    return re.sub(rb"\x1b\[([\d;]*)m", lambda found: b"\x1b[" + re.sub(rb"\b2\b", b"90", found[1]) + b"m", text)


def _seen(model: pyte.Screen) -> Screen:
    lines = [_runs(model, row) for row in range(model.lines)]
    while lines and not lines[-1]:
        lines.pop()
    return tuple(lines)


def _runs(model: pyte.Screen, row: int) -> tuple[Run, ...]:
    runs: list[Run] = []
    for column in range(model.columns):
        cell = model.buffer[row][column]
        if cell.data == " ":
            continue
        last = runs[-1] if runs else None
        if last and (last.colour, last.bold) == (cell.fg, cell.bold) and column - last.column - len(last.text) <= 1:
            gap = " " * (column - last.column - len(last.text))
            runs[-1] = Run(column=last.column, text=last.text + gap + cell.data, colour=last.colour, bold=last.bold)
        else:
            runs.append(Run(column=column, text=cell.data, colour=cell.fg, bold=cell.bold))
    return tuple(runs)
