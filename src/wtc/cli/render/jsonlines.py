"""Events as JSON, one a line, on standard error: for who drives wtc from a program."""

import json
from typing import Any, Self

from wtc.cli.output import SCHEMA_VERSION, say
from wtc.cli.render.errors import diagnostic_document, error_document
from wtc.errors import WtcError
from wtc.events import Event, NodeDone, NodeFailed, NodeSkipped, NodeStarted, Note, Planned, Progress, Warned
from wtc.model.plan import PlanNode
from wtc.planner.text import operation_text


class JsonReporter:
    """Writes each event as it comes. Every line bears `schema_version` and `event`, which says what else it has."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __call__(self, event: Event, /) -> None:
        """Takes one event."""
        write_line(*_document(event))


def write_line(kind: str, document: dict[str, Any]) -> None:
    """One event."""
    say(json.dumps({"schema_version": SCHEMA_VERSION, "event": kind, **document}))


def failed(error: WtcError, *, status: int | None = None) -> None:
    """The last line of a command that has failed."""
    write_line("failed", {"error": error_document(error, status=status)})


def _document(event: Event) -> tuple[str, dict[str, Any]]:
    match event:
        case Planned(plan=plan):
            return "planned", {"nodes": [{**_node(node), "after": list(node.after)} for node in plan]}
        case NodeStarted(node=node):
            return "started", _node(node)
        case NodeDone(node=node, elapsed_s=elapsed):
            return "done", {**_node(node), "elapsed_s": round(elapsed, 3)}
        case NodeFailed(node=node, error=error):
            return "node_failed", {**_node(node), "error": error_document(error)}
        case NodeSkipped(node=node, because=because):
            return "skipped", {**_node(node), "because": because.id if because else None}
        case Progress():
            about = {"item": event.item, "text": event.text, "current": event.current, "total": event.total}
            return "progress", {**_node(event.node), **about}
        case Warned(diagnostic=diagnostic):
            return "warning", {"diagnostic": diagnostic_document(diagnostic)}
        case Note(text=text):
            return "note", {"text": text}


def _node(node: PlanNode) -> dict[str, Any]:
    """What tells a node: its number within the last plan, and what it is about."""
    return {
        "node": node.id,
        "operation": type(node.operation).__name__,
        "text": operation_text(node.operation),
        "service": node.service,
    }
