"""Events on a terminal: a line for every image, network, volume and container, redrawn as it gets on."""

import time
from dataclasses import dataclass, field
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from wtc.cli.render.errors import diagnostic_text
from wtc.cli.render.narration import outcome, subject, under_way
from wtc.events import Event, NodeDone, NodeFailed, NodeSkipped, NodeStarted, Note, Planned, Progress, Warned
from wtc.model.plan import WaitContainer

TAIL = 5
"""Lines of a build that are shown while it goes on."""


@dataclass(slots=True)
class _Line:
    kind: str
    name: str
    word: str = "waiting"
    state: str = "pending"
    started: float = 0.0
    elapsed: float = 0.0
    tail: list[str] = field(default_factory=list[str])
    bytes_of: dict[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])


class LiveReporter:
    """Draws on standard error while it is entered."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._lines: dict[tuple[str, str], _Line] = {}
        self._left: dict[tuple[str, str], int] = {}
        self._spinner = Spinner("dots", style="cyan")
        self._live = Live(console=self._console, get_renderable=self._draw, refresh_per_second=10, transient=False)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def __call__(self, event: Event, /) -> None:
        """Takes one event."""
        match event:
            case Planned(plan=plan):
                for node in plan.nodes:
                    key = subject(node)
                    self._lines.setdefault(key, _Line(*key)).state = "pending"
                    self._left[key] = self._left.get(key, 0) + 1
            case NodeStarted(node=node):
                line = self._line(subject(node))
                line.word, line.state = under_way(node), "running"
                line.started = line.started or time.monotonic()
            case NodeDone(node=node):
                self._done(subject(node), outcome(node), wait=isinstance(node.operation, WaitContainer))
            case NodeFailed(node=node):
                line = self._line(subject(node))
                line.word, line.state = "failed", "failed"
                line.elapsed = time.monotonic() - line.started
            case NodeSkipped(node=node):
                line = self._line(subject(node))
                if line.state != "failed":
                    line.word, line.state = "skipped", "skipped"
            case Progress():
                self._progress(event)
            case Note(text=text):
                self._console.print(Text(text))
            case Warned(diagnostic=diagnostic):
                self._console.print(Text.from_ansi(diagnostic_text(diagnostic).rstrip("\n")))

    def _line(self, key: tuple[str, str]) -> _Line:
        return self._lines.setdefault(key, _Line(*key))

    def _done(self, key: tuple[str, str], word: str, *, wait: bool) -> None:
        line = self._line(key)
        self._left[key] = self._left.get(key, 1) - 1
        line.word = word
        line.state = "running" if self._left[key] > 0 and not wait else "done"
        line.elapsed = time.monotonic() - line.started
        line.tail.clear()
        line.bytes_of.clear()

    def _progress(self, event: Progress) -> None:
        line = self._line(subject(event.node))
        if event.total:
            line.bytes_of[event.item] = (event.current, event.total)
        elif event.text:
            line.tail.append(f"{event.item} {event.text}".strip())
            del line.tail[:-TAIL]

    def _draw(self) -> Group:
        table = Table.grid(padding=(0, 1))
        below: list[Text] = []
        for line in self._lines.values():
            table.add_row(self._mark(line), Text(line.kind, style="dim"), Text(line.name), *self._rest(line))
            if line.state == "running":
                below += [Text(f"    {text}", style="dim", no_wrap=True, overflow="ellipsis") for text in line.tail]
        return Group(table, *below)

    def _mark(self, line: _Line) -> Text | Spinner:
        match line.state:
            case "done":
                return Text("✔", style="green")
            case "failed":
                return Text("✘", style="red")
            case "running":
                return self._spinner
            case _:
                return Text("·", style="dim")

    def _rest(self, line: _Line) -> tuple[Text, Text]:
        style = {"done": "green", "failed": "red", "running": "cyan"}.get(line.state, "dim")
        elapsed = time.monotonic() - line.started if line.state == "running" else line.elapsed
        word = line.word
        if line.bytes_of:
            current, total = (sum(pair[i] for pair in line.bytes_of.values()) for i in (0, 1))
            word += f" {_size(current)} of {_size(total)}"
        return Text(word, style=style), Text(f"{elapsed:.1f}s" if line.started else "", style="dim")


def _size(count: int) -> str:
    return f"{count / 1_000_000:.1f} MB"
