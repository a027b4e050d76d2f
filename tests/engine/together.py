"""How many threads are at one place together."""

import threading


class Together:
    """Counts the threads that pass through; `most` is how many were inside together."""

    def __init__(self) -> None:
        self.most = 0
        self._inside = 0
        self._lock = threading.Lock()

    def pass_through(self) -> None:
        """Stay for a moment."""
        with self._lock:
            self._inside += 1
            self.most = max(self.most, self._inside)
        threading.Event().wait(0.001)
        with self._lock:
            self._inside -= 1
