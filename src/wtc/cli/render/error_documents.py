"""Errors and diagnostics as JSON."""

from wtc.errors import WtcError
from wtc.model.diagnostic import Diagnostic, FailedContainer, HealthCheck
from wtc.model.position import dotted
from wtc.static_typing import Any


def error_document(error: WtcError) -> dict[str, Any]:
    """Return the error as `error` of `.context/schemas/defs.json`."""
    return {
        "code": error.code,
        "message": error.message,
        "exit_status": int(error.exit_status),
        "causes": list(error.causes),
        "notes": list(error.notes),
        "hints": list(error.hints),
        "detail": error.detail or None,
        "diagnostics": [diagnostic_document(d) for d in error.diagnostics],
        "warnings": [diagnostic_document(d) for d in error.warnings],
        "containers": [_container_document(container) for container in error.containers],
    }


def diagnostic_document(diagnostic: Diagnostic) -> dict[str, Any]:
    """Return the diagnostic as `diagnostic` of `.context/schemas/defs.json`."""
    position = diagnostic.position
    return {
        "severity": str(diagnostic.severity),
        "message": diagnostic.message,
        "file": position.file if position else None,
        "line": position.line if position else None,
        "column": position.column if position else None,
        "path": dotted(diagnostic.path) or None,
        "service": _service(diagnostic),
        "hint": diagnostic.hint or None,
    }


def _service(diagnostic: Diagnostic) -> str | None:
    section, name, *_ = (*diagnostic.path, "", "")
    return str(name) if section == "services" and name else diagnostic.service or None


def _container_document(container: FailedContainer) -> dict[str, Any]:
    return {
        "service": container.service or None,
        "container": container.name,
        "state": container.state,
        "exit_status": container.exit_status,
        "health": container.health or None,
        "health_check": _health_check_document(container.health_check),
        "log_lines": list(container.log_lines),
    }


def _health_check_document(check: HealthCheck | None) -> dict[str, Any] | None:
    if check is None:
        return None
    return {"failed": check.failed, "retries": check.retries, "output": check.output or None}
