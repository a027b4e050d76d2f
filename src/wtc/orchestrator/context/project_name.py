"""A project name that the user has set: it names no stack, because two worktrees would share it."""

import re
from collections.abc import Mapping

from wtc.events import Reporter, Warned
from wtc.model.diagnostic import Diagnostic, Severity
from wtc.model.position import Position
from wtc.orchestrator.context.target import Located

_ASSIGNMENT = r"(?m)^[ \t]*(?:export[ \t]+)?(COMPOSE_PROJECT_NAME)[ \t]*[=:][ \t]*['\"]?([\w-]*)"


def warn_of_project_name(located: Located, environment: Mapping[str, str], namespace: str, report: Reporter) -> None:
    """Warn if `COMPOSE_PROJECT_NAME` is set to another name than the stack's, with its place."""
    value, position = environment.get("COMPOSE_PROJECT_NAME", ""), None
    if "COMPOSE_PROJECT_NAME" not in environment:
        value, position = _in_env_files(located)
    if value in {"", namespace}:
        return
    place = "" if position else " in the environment"
    warning = Diagnostic(
        message=f"`COMPOSE_PROJECT_NAME={value}`{place} does not name the stack: its name is `{namespace}`",
        severity=Severity.WARNING,
        position=position,
        hint="to use the stack's name in other programs, read `WTC_NAMESPACE` from `wtc env`",
    )
    report(Warned(diagnostic=warning))


def _in_env_files(located: Located) -> tuple[str, Position | None]:
    """Return the value and its place in the first file that sets it; in that file the last line counts."""
    for path in located.env_files:
        text = located.reader.read(path).decode("utf-8", "replace")
        for found in reversed(list(re.finditer(_ASSIGNMENT, text))):
            start = found.start(1)
            return found[2], Position(path, text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start))
    return "", None
