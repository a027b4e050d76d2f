"""Kill wtc while it changes something on the engine."""

import os
import signal
import threading

from tests.e2e.harness import Started


class Killer:
    """Kills a command with SIGKILL once it has sent the engine its n-th changing request."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._begun = threading.Event()
        self._started: Started | None = None
        self.killed_at = ""

    def aim(self, started: Started) -> None:
        self._started = started
        self._begun.set()

    def __call__(self, number: int, request: str) -> None:
        if number == self._number:
            self._begun.wait(10)
            assert self._started is not None
            self.killed_at = request
            os.kill(self._started.popen.pid, signal.SIGKILL)
