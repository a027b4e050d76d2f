"""Pace the stops of a plan, so that the engine does not remove more containers' endpoints at a time than it does well.

The engine holds locks while it takes an ended container out of its networks. Thirty at a time take it a tenth longer
than four at a time (engine 28.5.2, two cores).
"""

import os
from math import inf

AT_A_TIME = max(4, 2 * (os.cpu_count() or 1))
ATTEMPT_S = 0.1
"""How long a stop counts before its container has exited: one that ignores the signal keeps no others waiting."""


class StopPacing:
    """Says when the next stop can begin. Nodes are given by id; times are monotonic.

    `limit`: how many stops run at a time; by default `AT_A_TIME`.
    """

    def __init__(self, limit: int = 0) -> None:
        self.limit = limit or AT_A_TIME
        self._begun_s: dict[int, float] = {}
        """Running stop -> when it began; infinity once its container has exited."""

    def begin(self, node: int, now_s: float) -> None:
        """Record that a stop begins."""
        self._begun_s[node] = now_s

    def exited(self, node: int) -> None:
        """Record that the container of a running stop has exited: the stop counts until its end."""
        if node in self._begun_s:
            self._begun_s[node] = inf

    def end(self, node: int) -> None:
        """Record that a node has ended; one that is not a stop does not count."""
        self._begun_s.pop(node, None)

    def is_free(self, now_s: float) -> bool:
        """Return whether another stop can begin."""
        return sum(now_s - begun_s < ATTEMPT_S for begun_s in self._begun_s.values()) < self.limit
