"""Pace the stops and removals of a plan's containers, so that the engine does not work at too many of them at a time.

The engine holds locks while it takes an ended container out of its networks. All of thirty at a time take it a tenth
longer than four to six at a time (engine 28.5.2, two cores).
"""

import os

AT_A_TIME = max(5, 2 * (os.cpu_count() or 1))
STALL_S = 0.2
"""After this time without an end, the running ones count no more: their containers ignore the signal."""


class Pacing:
    """Says when the next stop or removal can begin. Nodes are given by id; times are monotonic."""

    def __init__(self) -> None:
        self._limit = AT_A_TIME
        self._counted: set[int] = set()
        """Those that run, but for those of before a stall."""
        self._progress_s = 0.0
        """When one began, ended, or its container exited."""

    def is_free(self, now_s: float) -> bool:
        """Return whether another one can begin. After a stall four times as many can, until one ends."""
        if self._counted and now_s - self._progress_s >= STALL_S:
            self._counted.clear()
            self._limit *= 4
        return len(self._counted) < self._limit

    def count(self, node: int, now_s: float) -> None:
        """Count a stop or removal until its end: it begins now, or the container of a running stop has exited."""
        self._counted.add(node)
        self._progress_s = now_s

    def end(self, node: int, now_s: float) -> None:
        """Record that a stop or removal has ended."""
        self._counted.discard(node)
        self._progress_s = now_s
        self._limit = AT_A_TIME
