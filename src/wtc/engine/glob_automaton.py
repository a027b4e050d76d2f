"""Match paths against a pattern in time that grows with their lengths alone, however many wildcards it has. Pure.

`re` tries each way in which several `*` can share a name; Docker's Go has the set of places in the pattern instead, as
this automaton. Each move between sets is computed once.
"""

import re
from collections.abc import Iterable, Sequence

NAME, ANY, FOLDERS = "[^/]*", ".*", "(?:.*/)?"
"""The pieces of a pattern that match any number of characters; each other piece matches one character."""
LOOPS = frozenset({NAME, ANY, FOLDERS})
MAX_MOVES = 10_000
"""Maximum number of moves that are kept."""

Places = frozenset[int]
"""Twice the number of pieces that matched, and one more inside the folders of a `FOLDERS` piece."""


class GlobAutomaton:
    """A pattern of pieces, which are regular expressions."""

    def __init__(self, pieces: Sequence[str]) -> None:
        self._pieces = tuple(pieces)
        self._start = self._with_skipped({0})
        self._moves: dict[tuple[Places, str], Places] = {}

    def matches(self, path: str) -> bool:
        """Return whether the whole path matches."""
        places = self._start
        for char in path:
            found = self._moves.get((places, char))
            if found is None:
                found = self._with_skipped(self._after(places, char))
                if len(self._moves) >= MAX_MOVES:
                    self._moves.clear()
                self._moves[places, char] = found
            places = found
            if not places:
                return False
        return 2 * len(self._pieces) in places

    def _after(self, places: Places, char: str) -> set[int]:
        """Return the places after one more character."""
        found: set[int] = set()
        for place in places:
            at = place // 2
            piece = self._pieces[at] if at < len(self._pieces) else ""
            if piece == FOLDERS:
                found.add(2 * at + 1)
                if char == "/":
                    found.add(2 * at + 2)
            elif piece in LOOPS:
                if piece == ANY or char != "/":
                    found.add(place)
            elif piece and re.fullmatch(piece, char, re.DOTALL):
                found.add(place + 2)
        return found

    def _with_skipped(self, places: Iterable[int]) -> Places:
        """Return the places, and those behind loops that match nothing."""
        found = set(places)
        for place in sorted(found):
            at = place
            while at % 2 == 0 and at // 2 < len(self._pieces) and self._pieces[at // 2] in LOOPS:
                at += 2
                found.add(at)
        return frozenset(found)
