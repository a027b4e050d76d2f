"""The lines of a plan's execution, for pipes, logs and agents."""

from wtc.cli.render.build_steps import SILENT_STATES, is_internal_step
from wtc.events import Event, NodeDone, NodeFailed, NodeSkipped, NodeStarted, Progress
from wtc.model.plan import BuildImage, PullImage, WaitContainer
from wtc.model.plan_text import operation_names


class PlanLines:
    """The events of a plan as lines. Remembers what was last printed of each item."""

    def __init__(self) -> None:
        self._last: dict[tuple[int, str], str] = {}

    def line(self, event: Event) -> str:
        """Return the line of an event; empty if it is not worth one."""
        match event:
            case NodeStarted(node=node) if isinstance(node.operation, (BuildImage, PullImage)):
                names = operation_names(node.operation)
                return f"{names.doing} {names.kind} {names.subject}"
            case NodeDone(node=node, elapsed_s=elapsed):
                names = operation_names(node.operation)
                took = f" ({elapsed:.1f}s)" if elapsed >= 0.1 else ""
                return f"{names.kind} {names.subject} {names.done}{took}"
            case NodeFailed(node=node):
                names = operation_names(node.operation)
                return f"{names.kind} {names.subject} {names.failed}"
            case NodeSkipped(node=node):
                return ""
            case Progress():
                return self._progress(event)
            case _:
                return ""

    def _progress(self, event: Progress) -> str:
        """Return a line for each new text of an item. Byte counts are not printed."""
        if isinstance(event.node.operation, BuildImage) and event.item:
            return self._build_progress(event)
        key = (event.node.id, event.item)
        if not event.text or self._last.get(key) == event.text:
            return ""
        self._last[key] = event.text
        name = event.node.service or operation_names(event.node.operation).subject
        if isinstance(event.node.operation, WaitContainer):
            return f"waiting for {name}: {event.text}"
        return f"{name} | {event.item} {event.text}".rstrip() if event.item else f"{name} | {event.text}"

    def _build_progress(self, event: Progress) -> str:
        """Return the name of a step once, then each line of its output, indented. Internal steps are not printed."""
        key = (event.node.id, event.item)
        if not event.text or is_internal_step(event.item) or self._last.get(key) == event.text:
            return ""
        first = key not in self._last
        self._last[key] = event.text
        lines = [event.item] if first else []
        if event.text not in SILENT_STATES:
            lines.append(f"  {event.text}")
        return "\n".join(f"{event.node.service} | {line}" for line in lines)
