"""Errors and warnings as JSON."""

from typing import Any

from wtc.errors import WtcError
from wtc.model.diagnostic import Diagnostic
from wtc.model.position import dotted


def error_document(error: WtcError, *, status: int | None = None) -> dict[str, Any]:
    """The error for a machine."""
    return {
        "message": error.message,
        "exit_status": int(error.exit_status if status is None else status),
        "causes": list(error.causes),
        "notes": list(error.notes),
        "hints": list(error.hints),
        "detail": error.detail or None,
        "diagnostics": [diagnostic_document(d) for d in error.diagnostics],
    }


def diagnostic_document(diagnostic: Diagnostic) -> dict[str, Any]:
    """A finding for a machine; what it does not have is null."""
    position = diagnostic.position
    return {
        "severity": str(diagnostic.severity),
        "message": diagnostic.message,
        "file": position.file if position else None,
        "line": position.line if position else None,
        "column": position.column if position else None,
        "path": dotted(diagnostic.path) or None,
        "hint": diagnostic.hint or None,
    }
