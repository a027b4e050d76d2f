"""Show events on a terminal: one line per image, network, volume and container, redrawn as it progresses."""

import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack

from rich.console import Console
from rich.spinner import Spinner
from rich.text import Text

from wtc.cli.render.build_steps import SILENT_STATES, is_internal_step
from wtc.cli.render.errors import diagnostic_text
from wtc.cli.terminal.byte_counts import byte_counts_text
from wtc.cli.terminal.escape import escape_control, escape_line
from wtc.cli.terminal.escaping_console import EscapingConsole
from wtc.cli.terminal.live_frame import FOR_KEYS, Frame, ReflowingLive
from wtc.cli.terminal.live_rows import Line, State, fit_lines, line_columns
from wtc.cli.terminal.suspend import handle_suspend
from wtc.events import (
    Event,
    NodeDone,
    NodeFailed,
    NodeSkipped,
    NodeStarted,
    Note,
    PlanStarted,
    Progress,
    StillRunning,
    Warned,
)
from wtc.model.plan import Plan, PlanNode, WaitContainer
from wtc.model.plan_text import operation_names
from wtc.static_typing import Self

_MARKS = {State.DONE: ("✔", "green"), State.FAILED: ("✘", "red")}
_STYLES = {State.DONE: "green", State.FAILED: "red", State.RUNNING: "cyan"}


class LiveReporter:
    """A context manager that draws on standard error.

    A thread of the library draws at any time: it copies what it reads first, and must not hold a lock, because the
    message of a signal is printed from any point of the main thread.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or EscapingConsole(sys.stderr)
        self._namespace = ""
        self._lines: dict[tuple[str, str], Line] = {}
        self._unfinished: dict[int, PlanNode] = {}
        self._ended = False
        self._spinner = Spinner("dots", style="cyan")
        self._widths: list[int] = []
        self._around = ExitStack()
        self._live = ReflowingLive(self.draw, self._widths, console=self._console)

    def __enter__(self) -> Self:
        self._around.enter_context(handle_suspend(2, again=self._widths.clear))
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended = True
        self._live.stop()
        self._around.close()

    def __call__(self, event: Event, /) -> None:
        """Handle one event."""
        match event:
            case PlanStarted():
                self._planned(event.plan, event.namespace)
            case NodeStarted(node=node):
                line = self._line(node)
                line.word, line.state = operation_names(node.operation).doing, State.RUNNING
                line.active += 1
                line.started = line.started or time.monotonic()
            case NodeDone(node=node):
                self._done(node)
            case NodeFailed(node=node):
                line = self._ends(node)
                line.word, line.state = operation_names(node.operation).failed, State.FAILED
            case NodeSkipped(node=node):
                self._skipped(node, interrupted=event.because is None)
            case Progress():
                self._progress(event)
            case Note(text=text):
                self._console.print(Text(escape_control(text)))
            case StillRunning():
                pass  # the elapsed times show it
            case Warned(diagnostic=diagnostic):
                self._console.print(Text.from_ansi(diagnostic_text(diagnostic).rstrip("\n")))

    def draw(self) -> Frame:
        """Return the frame to show now: the lines that fit, or all lines at the end."""
        return self._drawn(None if self._ended else self._console.size.height - 1 - bool(self._namespace))

    def _drawn(self, rows: int | None) -> Frame:
        lines = list(self._lines.values())
        screen = fit_lines(lines, len(lines) if rows is None else rows)
        heading = [Text(self._namespace, style="bold")] if self._namespace and lines else []
        folded = [self._mark(state).append(f" {text}", style="dim") for state, text in screen.folded]
        tail = [Text(f"  {text}", style="dim") for text in screen.tail]
        return Frame([*heading, *folded, *self._rows(screen.lines), *tail], self._widths)

    def _rows(self, lines: Sequence[Line]) -> list[Text]:
        cells_of_lines = [(line.kind, line.name, *self._rest(line)) for line in lines]
        room = self._console.size.width - FOR_KEYS - len("✔ ")
        rows: list[Text] = []
        for line, cells in zip(lines, line_columns(cells_of_lines, room), strict=True):
            styles = ("dim", "", _STYLES.get(line.state, "dim"), "dim")
            parts = ((f" {cell}", style) for cell, style in zip(cells, styles, strict=True) if cell)
            rows.append(Text.assemble(self._mark(line.state), *parts))
        return rows

    def _planned(self, plan: Plan, namespace: str) -> None:
        namespace = escape_line(namespace)
        if namespace != self._namespace:
            if self._lines:
                self._console.print(self._drawn(None))
            self._lines.clear()
            self._namespace = namespace
        self._unfinished = {node.id: node for node in plan.nodes}
        for line in self._lines.values():
            # The remaining nodes of an earlier plan will not be executed.
            line.todo, line.active = [], 0
        for node in plan.nodes:
            line = self._line(node)
            line.state = State.PENDING
            line.todo.append(node)

    def _line(self, node: PlanNode) -> Line:
        kind, name = operation_names(node.operation)[:2]
        return self._lines.setdefault((kind, name), Line(kind=kind, name=self._short(name)))

    def _short(self, name: str) -> str:
        """Return the name without the namespace, which the heading shows, for a line of the view."""
        return escape_line(name.removeprefix(self._namespace).lstrip("_-") if self._namespace else name)

    def _done(self, node: PlanNode) -> None:
        line = self._ends(node)
        line.word = operation_names(node.operation).done
        line.state = State.RUNNING if line.todo and not isinstance(node.operation, WaitContainer) else State.DONE
        line.tail.clear()
        line.note = ""
        line.bytes_of.clear()

    def _ends(self, node: PlanNode) -> Line:
        self._unfinished.pop(node.id, None)
        line = self._line(node)
        line.active = max(0, line.active - 1)
        line.todo = [one for one in line.todo if one.id != node.id]
        line.elapsed = time.monotonic() - line.started if line.started else 0.0
        return line

    def _skipped(self, node: PlanNode, *, interrupted: bool) -> None:
        line = self._ends(node)
        if interrupted and not line.started:
            # The user interrupted before it started, so it has no result to report.
            self._lines.pop(operation_names(node.operation)[:2], None)
        elif line.state != State.FAILED:
            line.word, line.state = "interrupted" if interrupted else "skipped", State.SKIPPED

    def _progress(self, event: Progress) -> None:
        line = self._line(event.node)
        if isinstance(event.node.operation, WaitContainer):
            # Show only the current state.
            line.note = f"waiting for {line.name}: {escape_line(event.text)}"
        elif event.total or event.current:
            line.bytes_of[event.item] = (event.current, event.total)
        elif event.text and not is_internal_step(event.item):
            line.add_output(event.item, "" if event.item and event.text in SILENT_STATES else event.text)

    def _mark(self, state: State) -> Text:
        if state == State.RUNNING:
            frame = self._spinner.render(self._console.get_time())
            return frame.copy() if isinstance(frame, Text) else Text("*")
        mark, style = _MARKS.get(state, ("·", "dim"))
        return Text(mark, style=style)

    def _rest(self, line: Line) -> tuple[str, str]:
        """Return the current action and its elapsed time."""
        elapsed = time.monotonic() - line.started if line.state == State.RUNNING else line.elapsed
        word = self._waits(line) or line.word
        if received := byte_counts_text(line.bytes_of.values()):
            word += f" {received}"
        return word, _time(elapsed) if line.started else ""

    def _waits(self, line: Line) -> str:
        """Return `waits for db` if the line has started and its next step waits for others, else an empty string."""
        todo = list(line.todo)
        if line.state != State.RUNNING or line.active or not todo:
            return ""
        before = [node for id_ in todo[0].after if (node := self._unfinished.get(id_)) is not None]
        names = dict.fromkeys(
            self._short(operation_names(node.operation).subject) for node in before if self._line(node) is not line
        )
        return f"waits for {', '.join(names)}" if names else ""


def _time(seconds: float) -> str:
    """`4.2s`, `1m05s`."""
    return f"{seconds:.1f}s" if seconds < 60 else f"{int(seconds) // 60}m{int(seconds) % 60:02}s"
