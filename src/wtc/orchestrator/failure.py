"""What is said when a plan did not come to its end."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from wtc.errors import InterruptedByUserError, WtcError
from wtc.model.namespace import Namespace

if TYPE_CHECKING:
    from wtc.engine.connection import Engine
    from wtc.engine.execute import Outcome

HINTS = ("to see the state of each service, run `wtc status`", "to stop and remove what runs, run `wtc down`")


def raise_failed(
    outcome: "Outcome", engine: "Engine", namespace: Namespace, *, interrupted: bool, services: Collection[str]
) -> None:
    """Nothing where all went well.

    Raises:
        WtcError: the first failure, and in its notes the others, and what of the stack runs now.
    """
    from wtc.engine.observe import observe

    if not outcome.failed and not outcome.skipped:
        return
    running = [
        c.service for c in observe(engine, namespace).containers if c.state == "running" and c.service in services
    ]
    left = f"running now: {', '.join(dict.fromkeys(running))}" if running else "nothing of the stack is running"
    hints = list(HINTS) if running else []
    if not outcome.failed:
        if interrupted:
            raise InterruptedByUserError("interrupted", notes=[left], hints=hints)
        return
    errors = [error for _, error in outcome.failed]
    first = errors[0]
    wrapped = WtcError(
        first.message,
        causes=first.causes,
        hints=list(dict.fromkeys([*(hint for error in errors for hint in error.hints), *hints])),
        detail=first.detail,
        diagnostics=first.diagnostics,
        notes=[*first.notes, *(f"also: {_in_short(error)}" for error in errors[1:]), left],
    )
    wrapped.exit_status = first.exit_status
    raise wrapped from first


def _in_short(error: WtcError) -> str:
    """An error in one line."""
    return ": ".join([error.message, *error.causes[:1]])
