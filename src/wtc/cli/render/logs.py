"""Log lines on standard output: each with its service before it, in a colour of the service's own."""

import shutil
import sys
from collections.abc import Iterable, Sequence
from itertools import cycle

from wtc.cli.render.replica_name import replica_name
from wtc.cli.terminal.style import use_colours
from wtc.orchestrator.logs import StackLine

COLOURS = ("36", "33", "32", "35", "34", "96", "93", "92", "95", "94")
"""Cyan, yellow, green, magenta, blue; then their bright ones. Red is for errors."""

_RESET = b"\x1b[0m"


class LogWriter:
    """Writes bytes as they are: what is no UTF-8 stays what it is."""

    def __init__(self, *, prefixed: bool, coloured: bool, timestamps: bool) -> None:
        self._prefixed, self._timestamps = prefixed, timestamps
        self._coloured = coloured and use_colours(sys.stdout)
        self._free = cycle(COLOURS)
        self._colour: dict[str, str] = {}
        self._width = 0
        # One long name must not take the room of what all the others write.
        self._most = shutil.get_terminal_size().columns // 4 if sys.stdout.isatty() else None
        self._prefixes: dict[tuple[str, int], bytes] = {}

    def expect(self, replicas: Iterable[tuple[str, int]]) -> None:
        """Makes room for the names of replicas, and gives their services a colour, before they say something."""
        for service, number in replicas:
            self._colour.setdefault(service, next(self._free))
            width = len(replica_name(service, number))
            if width > self._width and (self._most is None or width <= self._most):
                self._width = width
                self._prefixes.clear()

    def write(self, lines: Sequence[StackLine]) -> None:
        """Writes lines, and sees to it that they arrive. Raises: BrokenPipeError once nobody reads."""
        if not lines:
            return
        parts: list[bytes] = []
        for line in lines:
            if self._prefixed:
                parts.append(self._prefix(line.service, line.number))
            if self._timestamps and line.time:
                parts += (line.time.encode(), b" ")
            # What a program leaves coloured must not colour what comes after it.
            parts += (line.text, _RESET if self._coloured and b"\x1b[" in line.text else b"", b"\n")
        sys.stdout.buffer.write(b"".join(parts))
        sys.stdout.buffer.flush()

    def _prefix(self, service: str, number: int) -> bytes:
        key = (service, number)
        if key not in self._prefixes:
            self.expect([key])
            text = f"{replica_name(service, number).ljust(self._width)}  | "
            painted = f"\x1b[{self._colour[service]}m{text}\x1b[0m" if self._coloured else text
            self._prefixes[key] = painted.encode()
        return self._prefixes[key]
