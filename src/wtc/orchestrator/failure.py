"""What is said when a plan did not come to its end."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from wtc.errors import InterruptedByUserError, WtcError
from wtc.model.namespace import Namespace

if TYPE_CHECKING:
    from wtc.engine.connection import Engine
    from wtc.engine.execute import Outcome


def raise_failed(
    outcome: "Outcome", engine: "Engine", namespace: Namespace, *, interrupted: bool, services: Collection[str]
) -> None:
    """Nothing where all went well.

    Raises:
        WtcError: the first failure, the others as its causes, and what of the stack runs now.
    """
    from wtc.engine.observe import observe

    if not outcome.failed and not outcome.skipped:
        return
    running = [
        c.service for c in observe(engine, namespace).containers if c.state == "running" and c.service in services
    ]
    left = f"running now: {', '.join(dict.fromkeys(running))}" if running else "nothing of the stack is running"
    hints = ["to see the state of each service, run `wtc status`", "to stop and remove what runs, run `wtc down`"]
    if not outcome.failed:
        if interrupted:
            raise InterruptedByUserError("interrupted", causes=[left], hints=hints if running else ())
        return
    first = outcome.failed[0][1]
    others = [error.message for _, error in outcome.failed[1:]]
    wrapped = WtcError(
        first.message,
        causes=[*first.causes, *(f"also: {message}" for message in others), left],
        hints=[*first.hints, *(hints if running else hints[:0])],
        detail=first.detail,
        diagnostics=first.diagnostics,
    )
    wrapped.exit_status = first.exit_status
    raise wrapped from first
