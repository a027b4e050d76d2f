"""Report a plan and execute it: the one way in which commands change something on the engine."""

import threading
from collections.abc import Callable
from time import monotonic

from wtc.dataclass import replace
from wtc.errors import EngineError
from wtc.events import PlanStarted, Reporter, Warned
from wtc.model.plan import Plan, RemoveImage
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.engine.executor import Outcome, Perform

IN_USE = frozenset({403, 409})
"""The engine's statuses for a network with an endpoint, and for a volume or an image that a container uses."""
SETTLE_S = 3.0
"""How long a removal waits for a container that the engine is still creating for an interrupted command."""
_PAUSE_S = 0.2


def execute(
    plan: Plan,
    engine: "Engine",
    namespace: str,
    report: Reporter,
    stop: threading.Event,
    *,
    perform: "Perform | None" = None,
) -> "Outcome":
    """Report the plan's warnings and the plan, and execute it; for its failures, see `raise_failed`."""
    from wtc.engine.executor import execute_plan
    from wtc.engine.operations import perform_operation

    for warning in plan.warnings:
        report(Warned(diagnostic=warning))
    report(PlanStarted(plan=plan, namespace=namespace))
    return execute_plan(plan, engine, on_event=report, perform=perform or perform_operation, stop=stop)


def execute_until_gone(
    plan: Plan,
    plan_again: Callable[[], Plan],
    engine: "Engine",
    namespace: str,
    report: Reporter,
    stop: threading.Event,
) -> "Outcome":
    """Execute a plan that removes a stack, and look again until nothing of the stack is left.

    The engine may still be creating something for a command that was killed: then it refuses to remove what that uses,
    or has more to remove afterwards. `plan_again` returns the plan for what is left.

    Returns: the outcome of the last plan; an empty one if its failures do not matter, because nothing is left.
    """
    from wtc.engine.executor import Outcome

    end_s = monotonic() + SETTLE_S
    while True:
        outcome = execute(plan, engine, namespace, report, stop)
        is_late = monotonic() >= end_s
        if stop.is_set() or (outcome.failed and (is_late or not _is_in_use(outcome))):
            return outcome
        left = plan_again()
        if all(isinstance(node.operation, RemoveImage) for node in left):
            # An image that is in use is kept.
            return Outcome() if outcome.failed and not left else outcome
        if is_late:
            return outcome
        stop.wait(_PAUSE_S)
        plan = replace(left, warnings=())


def _is_in_use(outcome: "Outcome") -> bool:
    return all(isinstance(error, EngineError) and error.status in IN_USE for _, error in outcome.failed)
