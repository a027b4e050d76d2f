"""What of the live lines fits on a screen: what is going on comes first, what is done goes first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TypeAlias

from wtc.model.plan import PlanNode

TAIL = 6
"""Lines that are shown of a build while it goes on, its steps' names included."""


class State(Enum):
    """How far a thing is."""

    PENDING = auto()
    RUNNING = auto()
    DONE = auto()
    FAILED = auto()
    SKIPPED = auto()


_FOLDED = {State.DONE: "done", State.SKIPPED: "skipped", State.PENDING: "waiting", State.RUNNING: "more under way"}
"""What is counted where it does not fit, the first one first."""


_COMMON_WORD = len("starting")
"""Columns do not move about as long as no word is longer."""
_SHORTEST_NAME = 12

Row: TypeAlias = tuple[str, str, str, str]
"""Kind, name, what is being done with it, for how long."""


@dataclass(slots=True, kw_only=True)
class Line:
    """A thing that the plan is about, and what is being done with it."""

    kind: str
    name: str
    word: str = "waiting"
    state: State = State.PENDING
    active: int = 0
    """How many of its nodes are under way."""
    todo: list[PlanNode] = field(default_factory=list[PlanNode])
    started: float = 0.0
    elapsed: float = 0.0
    tail: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """What it said last: of what (a build's step), and the text, which may be empty."""
    bytes_of: dict[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    """Layer -> bytes that have come, bytes in all."""

    def tell(self, item: str, text: str) -> None:
        """Takes what it says; the same once more is no news."""
        if (item, text) not in self.tail[-1:]:
            self.tail.append((item, text))
            del self.tail[:-TAIL]

    def tail_lines(self) -> list[str]:
        """Its last lines: a step's name, and indented below it what the step says."""
        said = list(self.tail)
        while len(found := _grouped(said)) > TAIL:
            said = said[1:]
        return found


def _grouped(said: Sequence[tuple[str, str]]) -> list[str]:
    found: list[str] = []
    above = ""
    for item, text in said:
        if item and item != above:
            found.append(item)
        if text:
            found.append(f"  {text}" if item else text)
        above = item
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What is shown: lines counted in one, lines of their own, and what those that are under way said last."""

    folded: tuple[tuple[State, str], ...]
    lines: tuple[Line, ...]
    tail: tuple[str, ...]


def fit_lines(lines: Sequence[Line], rows: int) -> Screen:
    """The lines that fit into so many rows, at least one; the rest is counted by state."""
    shown = list(lines)
    folded: dict[State, int] = {}
    for state in _FOLDED:
        if len(shown) + len(folded) <= rows:
            break
        of_state = [line for line in shown if line.state == state]
        # One line is not worth a line that counts it.
        if len(of_state) > 1:
            room = max(1, rows - len(folded) - 1) if state == State.RUNNING else 0
            kept = of_state[:room]
            shown = [line for line in shown if line.state != state or line in kept]
            folded[state] = len(of_state) - len(kept)
    room = max(0, rows - len(shown) - len(folded))
    tail = [text for line in shown if line.state == State.RUNNING for text in line.tail_lines()]
    return Screen(
        folded=tuple((state, f"{count} {_FOLDED[state]}") for state, count in folded.items() if count),
        lines=tuple(shown),
        tail=tuple(tail[-room:] if room else ()),
    )


def line_columns(rows: Sequence[Row], width: int) -> list[Row]:
    """The rows padded to columns; where they are too wide the kind is left out, then words and names are cut."""
    if not rows:
        return []
    kind, name, word, time = (max(len(row[i]) for row in rows) for i in range(4))
    word = max(word, _COMMON_WORD)
    if kind + name + word + time + 3 > width:
        kind = 0
    room = width - time - (kind + 1 if kind else 0) - 2
    if name + word > room:
        word = max(_COMMON_WORD, min(word, room - name))
        name = max(_SHORTEST_NAME, room - word)
    return [(_cell(k, kind), _cell(n, name), _cell(w, word), t.rjust(time)) for k, n, w, t in rows]


def _cell(text: str, width: int) -> str:
    if len(text) > width:
        return f"{text[: width - 1]}…" if width else ""
    return text.ljust(width)
