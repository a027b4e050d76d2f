"""Select the live lines that fit on the screen: finished lines are folded first, running lines last."""

from collections.abc import Sequence
from enum import Enum, auto

from wtc.cli.terminal.escape import escape_line
from wtc.dataclass import dataclass, field
from wtc.model.plan import PlanNode
from wtc.static_typing import TypeAlias

TAIL = 6
"""Maximum number of output lines of a running build, step names included."""


class State(Enum):
    """The progress of a line."""

    PENDING = auto()
    RUNNING = auto()
    DONE = auto()
    FAILED = auto()
    SKIPPED = auto()


_FOLDED = {State.DONE: "done", State.SKIPPED: "skipped", State.PENDING: "waiting", State.RUNNING: "more under way"}
"""States whose lines are counted if they do not fit, in the order of folding."""


_COMMON_WORD = len("starting")
"""Minimum width of the word column, so that columns do not move."""
_SHORTEST_NAME = 12

Row: TypeAlias = tuple[str, str, str, str]
"""Kind, name, action, elapsed time."""


@dataclass(slots=True, kw_only=True)
class Line:
    """A resource of the plan and its progress."""

    kind: str
    name: str
    word: str = "waiting"
    state: State = State.PENDING
    active: int = 0
    """Number of its nodes that are running."""
    todo: list[PlanNode] = field(default_factory=list[PlanNode])
    started: float = 0.0
    elapsed: float = 0.0
    tail: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """The last output: item (a build step) and text, which may be empty."""
    note: str = ""
    """What the line waits for, in place of output."""
    bytes_of: dict[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    """Layer -> bytes received, bytes in total."""

    def add_output(self, item: str, text: str) -> None:
        """Append a line of output, escaped, unless it repeats the last one."""
        item, text = escape_line(item), escape_line(text)
        if (item, text) not in self.tail[-1:]:
            self.tail.append((item, text))
            del self.tail[:-TAIL]

    def tail_lines(self, rows: int = TAIL) -> list[str]:
        """Return the last lines of output, at most `rows`: step names, each with its indented output."""
        tail = list(self.tail)
        while len(found := _grouped(tail)) > rows and len(tail) > 1:
            tail = tail[1:]
        return found[-rows:]


def _grouped(tail: Sequence[tuple[str, str]]) -> list[str]:
    found: list[str] = []
    above = ""
    for item, text in tail:
        if item and item != above:
            found.append(item)
        if text:
            found.append(f"  {text}" if item else text)
        above = item
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """The content of the screen: counts of folded lines, shown lines, and the last output of running lines."""

    folded: tuple[tuple[State, str], ...]
    lines: tuple[Line, ...]
    tail: tuple[str, ...]


def fit_lines(lines: Sequence[Line], rows: int) -> Screen:
    """Return the lines that fit into that many rows, at least one; count the rest by state."""
    shown = list(lines)
    folded: dict[State, int] = {}
    for state in _FOLDED:
        if len(shown) + len(folded) <= rows:
            break
        of_state = [line for line in shown if line.state == state]
        # Folding a single line saves nothing.
        if len(of_state) > 1:
            room = max(1, rows - len(folded) - 1) if state == State.RUNNING else 0
            fitting = of_state[:room]
            shown = [line for line in shown if line.state != state or line in fitting]
            folded[state] = len(of_state) - len(fitting)
    room = max(0, rows - len(shown) - len(folded))
    return Screen(
        folded=tuple((state, f"{count} {_FOLDED[state]}") for state, count in folded.items() if count),
        lines=tuple(shown),
        tail=tuple(_tails([line for line in shown if line.state == State.RUNNING], room)),
    )


def _tails(running: Sequence[Line], room: int) -> list[str]:
    """Return the output of each line in an equal part of the room, with its name if there are several, then notes."""
    notes = [note for line in running if (note := line.note)]
    with_output = [line for line in running if line.tail]
    share = (room - len(notes)) // len(with_output) if with_output else 0
    outputs = [(line.name, line.tail_lines(min(share, TAIL)) if share > 0 else []) for line in with_output]
    width = max((len(name) for name, _ in outputs), default=0)
    several = len(outputs) > 1
    texts = [f"{name:<{width}} | {text}" if several else text for name, lines in outputs for text in lines]
    return [*texts, *notes][-room:] if room else []


def line_columns(rows: Sequence[Row], width: int) -> list[Row]:
    """Return the rows padded to columns. If they are too wide, drop the kind, then cut words and names."""
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
