"""Report a plan and execute it: the one way in which commands change something on the engine."""

import threading
from typing import TYPE_CHECKING

from wtc.events import PlanStarted, Reporter, Warned
from wtc.model.plan import Plan

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.engine.executor import Outcome, Perform


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
