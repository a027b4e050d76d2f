"""wtc at a terminal: a pseudo-terminal with a driver at its other end, who types, looks and resizes."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from tests.e2e.harness import DEADLINE_S, Workshop
from tests.wtc_process import start_wtc

LOOP = """sh -c "trap 'echo cau''ght; exit' INT; echo rea''dy; while :; do sleep 0.1; done\""""
"""For a shell: says `ready`, which is not how it is spelled here, and at Ctrl-C `caught`."""


class Terminal:
    """`wtc ...` as the foreground job of a terminal of its own; with a `shell` script, in which `"$@"` is it, as that
    shell's job.
    """

    def __init__(
        self,
        workshop: Workshop,
        arguments: Sequence[str],
        *,
        size: tuple[int, int] = (24, 80),
        shell: str = "",
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self._driver, self._screen = pty.openpty()
        self.seen = b""
        """All that was written and is not yet looked past."""
        self.resize(*size)
        self.settings: list[Any] = termios.tcgetattr(self._screen)
        place, environment = cwd or workshop.main, {**workshop.env, "TERM": "xterm", **(env or {})}
        if shell:
            self.popen = subprocess.Popen(
                ["bash", "-m", "-c", shell, "bash", sys.executable, "-m", "wtc", *arguments],
                cwd=place,
                env=environment,
                stdin=self._screen,
                stdout=self._screen,
                stderr=self._screen,
                text=True,
                start_new_session=True,
                preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509  nothing else runs here yet
            )
        else:
            self.popen = start_wtc(
                *arguments,
                cwd=place,
                env=environment,
                stdin=self._screen,
                stdout=self._screen,
                stderr=self._screen,
                terminal=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.popen.poll() is None:
            self.popen.kill()
            self.popen.wait()
        self.hang_up()

    def hang_up(self) -> None:
        """Closes the window."""
        for end in {self._screen, self._driver} - {-1}:
            os.close(end)
        self._screen = self._driver = -1

    def resize(self, rows: int, columns: int) -> None:
        """As a user drags the window; the foreground job gets SIGWINCH."""
        fcntl.ioctl(self._driver, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text: str) -> None:
        """Presses keys."""
        os.write(self._driver, text.encode())

    def see(self, text: str) -> str:
        """Waits until the text is on the screen, and looks past it; what came before it."""
        end = time.monotonic() + DEADLINE_S
        while text.encode() not in self.seen:
            ready, _, _ = select.select([self._driver], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"not on the screen: {text!r}, but {self.seen!r}"
            self.seen += self._read()
        before, _, self.seen = self.seen.partition(text.encode())
        return before.decode(errors="replace")

    def end(self) -> int:
        """Waits for wtc, and looks at what it still writes; its exit status."""
        end = time.monotonic() + DEADLINE_S
        while self.popen.poll() is None:
            assert time.monotonic() < end, f"does not end: {self.seen!r}"
            if select.select([self._driver], [], [], 0.05)[0]:
                self.seen += self._read()
        while select.select([self._driver], [], [], 0)[0]:
            self.seen += self._read()
        return self.popen.returncode

    def is_as_before(self) -> bool:
        """Whether the terminal's settings are those from before wtc ran."""
        return termios.tcgetattr(self._screen) == self.settings

    def _read(self) -> bytes:
        try:
            return os.read(self._driver, 1 << 16)
        except OSError:
            return b""
