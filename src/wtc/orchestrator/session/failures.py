"""What is said when a plan did not come to its end."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from wtc.errors import InterruptedByUserError, WtcError
from wtc.model.diagnostic import Diagnostic
from wtc.model.namespace import Namespace
from wtc.planner.error_positions import node_path

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.engine.executor import Outcome

HINTS = ("to see the state of each service, run `wtc status`", "to stop and remove what runs, run `wtc down`")


def raise_failed(
    outcome: "Outcome", engine: "Engine", namespace: Namespace, *, interrupted: bool, services: Collection[str] | None
) -> None:
    """Nothing where all went well. `services` are those that the plan was about, None where it was about no container.

    Raises:
        WtcError: the first failure, and in its notes the others, and what of the stack runs now.
    """
    if not outcome.failed and not outcome.skipped:
        return
    running = [] if services is None else _running(engine, namespace, services)
    left = f"running now: {', '.join(running)}" if running else "nothing of the stack is running"
    notes = [] if services is None else [left]
    hints = list(HINTS) if running else []
    if not outcome.failed:
        if interrupted:
            raise InterruptedByUserError("interrupted", notes=notes, hints=hints)
        return
    errors = [error for _, error in outcome.failed]
    first = errors[0]
    path = node_path(outcome.failed[0][0])
    wrapped = WtcError(
        first.message,
        causes=first.causes,
        hints=list(dict.fromkeys([*(hint for error in errors for hint in error.hints), *hints])),
        detail=first.detail,
        diagnostics=first.diagnostics or ([Diagnostic(message=first.message, path=path)] if path else ()),
        notes=[*first.notes, *(f"also: {_one_line(error)}" for error in errors[1:]), *notes],
    )
    wrapped.exit_status = first.exit_status
    raise wrapped from first


def _running(engine: "Engine", namespace: Namespace, services: Collection[str]) -> list[str]:
    from wtc.engine.observe.snapshot import observe

    found = observe(engine, namespace).containers
    return list(dict.fromkeys(c.service for c in found if c.state == "running" and c.service in services))


def _one_line(error: WtcError) -> str:
    """An error in one line."""
    return ": ".join([error.message, *error.causes[:1]])
