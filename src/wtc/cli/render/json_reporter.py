"""Report events as JSON lines on standard error, for programs that run wtc."""

from wtc.cli.render.error_documents import diagnostic_document, error_document
from wtc.cli.render.up import node_document, planned_document
from wtc.cli.terminal.output import SCHEMA_VERSION, json_text, narrate
from wtc.errors import WtcError
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
from wtc.model.plan import PlanNode
from wtc.static_typing import Any, Self, TypeAlias

_Reported: TypeAlias = PlanStarted | NodeStarted | NodeDone | NodeFailed | NodeSkipped | Progress | Warned | Note


class JsonReporter:
    """Write each event as a line. Every line has `schema_version` and `event`, which determines the other keys."""

    def __init__(self) -> None:
        self._before = self._planned = 0
        """Number of nodes in the earlier plans, without and with the current plan."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __call__(self, event: Event, /) -> None:
        """Handle one event."""
        if isinstance(event, PlanStarted):
            self._before = self._planned
            self._planned += len(event.plan.nodes)
        if not isinstance(event, StillRunning):
            write_line(*self._document(event))

    def _document(self, event: "_Reported") -> tuple[str, dict[str, Any]]:
        match event:
            case PlanStarted(plan=plan):
                return "planned", {"plan": [planned_document(node, self._before) for node in plan]}
            case NodeStarted(node=node):
                return "started", self._node(node)
            case NodeDone(node=node, elapsed_s=elapsed):
                return "done", {**self._node(node), "elapsed_s": round(elapsed, 3)}
            case NodeFailed(node=node, error=error):
                return "node_failed", {**self._node(node), "error": error_document(error)}
            case NodeSkipped(node=node, because=because):
                return "skipped", {**self._node(node), "because": self._before + because.id if because else None}
            case Progress():
                known = bool(event.current or event.total)
                bytes_of = {
                    "current_bytes": event.current if known else None,
                    "total_bytes": event.total or None,
                }
                about = {"item": event.item or None, "status": event.text or None}
                return "progress", {**self._node(event.node), **about, **bytes_of}
            case Warned(diagnostic=diagnostic):
                return "warning", {"diagnostic": diagnostic_document(diagnostic)}
            case Note(text=text):
                return "note", {"text": text}

    def _node(self, node: PlanNode) -> dict[str, Any]:
        return {"id": self._before + node.id, **node_document(node)}


def write_line(kind: str, document: dict[str, Any]) -> None:
    """Write one event."""
    narrate(json_text({"schema_version": SCHEMA_VERSION, "event": kind, **document}))


def failed(error: WtcError) -> None:
    """Write the last event of a command that failed."""
    write_line("failed", {"error": error_document(error)})
