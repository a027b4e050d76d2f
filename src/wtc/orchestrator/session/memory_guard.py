"""Check that the engine's machine has enough memory for what is about to start."""

import shlex
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager

from wtc.dataclass import dataclass
from wtc.errors import WtcError
from wtc.format_units import age_text, size_text
from wtc.model.namespace import Namespace
from wtc.model.plan import Plan
from wtc.model.usage import Machine
from wtc.orchestrator.context.user_state import UserState
from wtc.planner.checks.memory_budget import (
    SUGGESTED,
    IdleStack,
    MemoryBudget,
    StartingContainer,
    idle_stacks,
    memory_budget,
)
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryRequest:
    """What a command is about to start. `anyway` completes "to start it all the same, ..."."""

    namespace: Namespace
    starting: tuple[StartingContainer, ...]
    plan: Plan
    command: str
    anyway: str


@contextmanager
def reserve_memory(engine: "Engine", state: UserState, wanted: MemoryRequest) -> Generator[None]:
    """Check the memory for what starts, and reserve it until the end of the block.

    Reads the engine's memory, its list, and one sample of each running container; before a refusal a second sample,
    to find idle stacks. Sends no request if nothing starts.

    Raises:
        WtcError: the memory is not enough.
    """
    if not wanted.starting:
        yield
        return
    with state.store.admission() as promises:
        machine = _machine(engine)
        found, refusal = _check_memory(engine, machine, wanted, promises.current(machine.engine))
        if refusal:
            raise refusal
        promise = promises.make(machine.engine, found.starting)
    try:
        yield
    finally:
        promise.end()


def oversubscription(engine: "Engine", state: UserState, wanted: MemoryRequest) -> WtcError | None:
    """Return why the memory is not enough; reserves nothing."""
    if not wanted.starting:
        return None
    with state.store.admission() as promises:
        machine = _machine(engine)
        return _check_memory(engine, machine, wanted, promises.current(machine.engine))[1]


def _machine(engine: "Engine") -> Machine:
    from wtc.engine.stats.usage import read_machine

    return read_machine(engine)


def _check_memory(
    engine: "Engine", machine: Machine, wanted: MemoryRequest, promised: Mapping[str, int]
) -> tuple[MemoryBudget, WtcError | None]:
    from wtc.engine.stats.usage import measure, running_containers

    there = running_containers(engine)
    measured = measure(engine, there, machine.memory_bytes)
    found = memory_budget(
        wanted.namespace, wanted.starting, wanted.plan, measured, machine.memory_bytes, promised=promised
    )
    if found.fits:
        return found, None
    measured = measure(engine, there, machine.memory_bytes, earlier={})
    idle = idle_stacks(measured, other_than=wanted.namespace, now_s=int(time.time()))[:SUGGESTED]
    return found, _refusal(found, idle, wanted)


def _refusal(found: MemoryBudget, idle: tuple[IdleStack, ...], wanted: MemoryRequest) -> WtcError:
    over = found.sum_bytes - found.memory_bytes
    promised = f"what others are just starting counts for {size_text(found.reserved_elsewhere_bytes)}"
    return WtcError(
        f"memory is oversubscribed by {size_text(over)}: {size_text(found.sum_bytes)} would be needed, "
        f"and the engine's machine has {size_text(found.memory_bytes)}",
        causes=[
            f"running containers count as {size_text(found.running_bytes)}: their limits, or their use without a limit",
            *([promised] if found.reserved_elsewhere_bytes else []),
            f"what this `{wanted.command}` starts counts for {size_text(found.starting_bytes)}",
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
            f"to start it all the same, {wanted.anyway}",
        ],
    )
