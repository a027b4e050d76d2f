"""The lines of a plan's execution, for pipes, logs and agents."""

from collections.abc import Callable
from time import monotonic

from wtc.cli.render.build_steps import SILENT_STATES, is_internal_step
from wtc.cli.terminal.byte_counts import byte_counts_text
from wtc.dataclass import dataclass, field
from wtc.events import Event, NodeDone, NodeFailed, NodeSkipped, NodeStarted, Progress
from wtc.model.plan import BuildImage, PlanNode, PullImage, WaitContainer
from wtc.model.plan_text import operation_names

SILENCE_S = 8.0
"""After this time without a line, one says what is running: within ten seconds, as the events come once a second."""
MAX_NAMED = 3


@dataclass(slots=True, kw_only=True)
class _Running:
    """A node that is running. `started_s` is monotonic."""

    node: PlanNode
    started_s: float
    text: str = ""
    """What is missing, if it is a wait; of a build the step that was printed last."""
    last: dict[str, str] = field(default_factory=dict[str, str])
    """Item -> its last text."""
    bytes_of: dict[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    """Item -> bytes received, bytes in total."""


class PlanLines:
    """The events of a plan as lines. Remembers what was last printed, and when by `clock`, in seconds."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._running: dict[int, _Running] = {}
        self._printed_s = clock()

    def line(self, event: Event) -> str:
        """Return the line of an event; empty if it is not worth one."""
        line = self._line(event)
        now_s = self._clock()
        if not line and self._running and now_s - self._printed_s >= SILENCE_S:
            line = self._still_running(now_s)
        if line:
            self._printed_s = now_s
        return line

    def _line(self, event: Event) -> str:
        match event:
            case NodeStarted(node=node):
                if not self._running:
                    self._printed_s = self._clock()
                self._running_node(node)
                names = operation_names(node.operation)
                long = isinstance(node.operation, BuildImage | PullImage)
                return f"{names.doing} {names.kind} {names.subject}" if long else ""
            case NodeDone(node=node, elapsed_s=elapsed):
                self._running.pop(node.id, None)
                names = operation_names(node.operation)
                took = f" ({elapsed:.1f}s)" if elapsed >= 0.1 else ""
                return f"{names.kind} {names.subject} {names.done}{took}"
            case NodeFailed(node=node):
                self._running.pop(node.id, None)
                names = operation_names(node.operation)
                return f"{names.kind} {names.subject} {names.failed}"
            case NodeSkipped(node=node):
                self._running.pop(node.id, None)
                return ""
            case Progress():
                return self._progress(event)
            case _:
                return ""

    def _running_node(self, node: PlanNode) -> _Running:
        return self._running.setdefault(node.id, _Running(node=node, started_s=self._clock()))

    def _progress(self, event: Progress) -> str:
        """Return a line for each new text of an item. Byte counts are not printed."""
        running = self._running_node(event.node)
        if (event.current or event.total) and not isinstance(event.node.operation, BuildImage):
            running.bytes_of[event.item] = (event.current, event.total)
        if not event.text or is_internal_step(event.item) or running.last.get(event.item) == event.text:
            return ""
        first = event.item not in running.last
        running.last[event.item] = event.text
        if isinstance(event.node.operation, PullImage) and event.item:
            return ""  # a line for each layer and state would be dozens
        if isinstance(event.node.operation, BuildImage) and event.item:
            return _step_lines(running, event, first=first)
        name = event.node.service or operation_names(event.node.operation).subject
        if isinstance(event.node.operation, WaitContainer):
            running.text = event.text
            return f"waiting for {name}: {event.text}"
        return f"{name} | {event.item} {event.text}".rstrip() if event.item else f"{name} | {event.text}"

    def _still_running(self, now_s: float) -> str:
        """Return `still building image p-web (12s), waiting for db (20s): health check 2 of 5 failed`."""
        longest = sorted(self._running.values(), key=lambda running: running.started_s)
        shown = [_state(running, now_s) for running in longest[:MAX_NAMED]]
        more = [f"and {len(longest) - MAX_NAMED} more"] if len(longest) > MAX_NAMED else []
        return f"still {', '.join([*shown, *more])}"


def _step_lines(running: _Running, event: Progress, *, first: bool) -> str:
    """Return the name of a step when its output begins, or continues after that of another step, and below it a line.

    A state that the place of the step in the output shows is not printed.
    """
    output = event.text not in SILENT_STATES
    lines = [event.item] if first or (output and running.text != event.item) else []
    lines += [f"  {event.text}"] if output else []
    running.text = event.item if lines else running.text
    return "\n".join(f"{event.node.service} | {line}" for line in lines)


def _state(running: _Running, now_s: float) -> str:
    names = operation_names(running.node.operation)
    seconds = int(now_s - running.started_s)
    if isinstance(running.node.operation, WaitContainer):
        subject = f"{names.doing} for {running.node.service or names.subject}"
    else:
        subject = f"{names.doing} {names.kind} {names.subject}"
    received = byte_counts_text(running.bytes_of.values())
    elapsed = f"{seconds}s, {received}" if received else f"{seconds}s"
    return f"{subject} ({elapsed})" + (f": {running.text}" if running.text else "")
