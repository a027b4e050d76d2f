"""The guard against oversubscription: what `up` would add, against the memory of the engine's machine."""

import shlex
import time
from typing import TYPE_CHECKING

from wtc.errors import WtcError
from wtc.model.desired import Desired
from wtc.model.plan import Plan
from wtc.planner.memory import SUGGESTED, Budget, IdleStack, budget, idlest, starts
from wtc.planner.sizes import age_text, size_text

if TYPE_CHECKING:
    from wtc.engine.connection import Engine


def oversubscription(engine: "Engine", desired: Desired, plan: Plan) -> WtcError | None:
    """Why there is no memory for what the plan starts; None where there is, or where nothing starts.

    Asks the engine for its memory, its list, and one sample of each running container; where it comes to a refusal,
    for a second one, that tells who is idle.
    """
    if not starts(plan):
        return None
    from wtc.engine.stats import measure, survey

    machine, running = survey(engine)
    measured = measure(engine, running, machine.memory_bytes, with_cpu=False)
    found = budget(desired, plan, measured, machine.memory_bytes)
    if found.fits:
        return None
    measured = measure(engine, running, machine.memory_bytes, with_cpu=True)
    return _refusal(found, idlest(measured, other_than=desired.namespace, now_s=int(time.time()))[:SUGGESTED])


def _refusal(found: Budget, idle: tuple[IdleStack, ...]) -> WtcError:
    over = found.sum_bytes - found.memory_bytes
    return WtcError(
        f"memory is oversubscribed by {size_text(over)}: {size_text(found.sum_bytes)} would be needed, "
        f"and the engine's machine has {size_text(found.memory_bytes)}",
        causes=[
            f"what runs counts for {size_text(found.running_bytes)}, by its limits or else its use",
            f"what this `up` starts counts for {size_text(found.starting_bytes)}",
        ],
        notes=[
            f"idle: {s.namespace.name} counts for {size_text(s.bytes)}, uses {s.cpu_percent:.1f}% of a processor, "
            f"is {age_text(s.age_s)} old"
            for s in idle
        ],
        hints=[
            *(
                f"to free {size_text(s.bytes)}, run `wtc down -w {shlex.quote(s.namespace.worktree)}`"
                for s in idle
                if s.bytes
            ),
            "to start it all the same, run `wtc up --oversubscribe`",
        ],
    )
