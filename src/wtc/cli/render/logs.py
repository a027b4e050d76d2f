"""Print log lines on standard output, prefixed with the service name in a colour per service."""

import shutil
import sys
from collections.abc import Iterable, Sequence
from itertools import cycle

from wtc.cli.render.replica_name import replica_name
from wtc.cli.terminal.style import use_colours
from wtc.orchestrator.logs import StackLine

COLOURS = ("36", "33", "32", "35", "34", "96", "93", "92", "95", "94")
"""Cyan, yellow, green, magenta, blue; then their bright variants. Red is for errors."""

_RESET = b"\x1b[0m"


class LogWriter:
    """Write log lines as bytes, so that invalid UTF-8 is preserved."""

    def __init__(self, *, prefixed: bool, coloured: bool, timestamps: bool) -> None:
        self._prefixed, self._timestamps = prefixed, timestamps
        self._coloured = coloured and use_colours(sys.stdout)
        self._free = cycle(COLOURS)
        self._colour: dict[str, str] = {}
        self._width = 0
        # One long name must not narrow the lines of all services.
        self._most = shutil.get_terminal_size().columns // 4 if sys.stdout.isatty() else None
        self._prefixes: dict[tuple[str, int], bytes] = {}

    def expect(self, replicas: Iterable[tuple[str, int]]) -> None:
        """Reserve the width of the replicas' names and assign colours to their services, before the first line."""
        for service, number in replicas:
            self._colour.setdefault(service, next(self._free))
            width = len(replica_name(service, number))
            if width > self._width and (self._most is None or width <= self._most):
                self._width = width
                self._prefixes.clear()

    def write(self, lines: Sequence[StackLine]) -> None:
        """Write lines and flush them.

        Raises:
            BrokenPipeError: the reader has closed standard output.
        """
        if not lines:
            return
        parts: list[bytes] = []
        for line in lines:
            if self._prefixed:
                parts.append(self._prefix(line.service, line.number))
            if self._timestamps and line.time:
                parts += (line.time.encode(), b" ")
            # A colour that the program does not reset must not affect later lines.
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
