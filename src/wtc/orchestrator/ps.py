"""`ps`: every worktree's stack, by label."""

import os
from dataclasses import dataclass

from wtc.model.namespace import Namespace
from wtc.model.observed import ObservedContainer, ObservedStack
from wtc.orchestrator.stack import engine_of
from wtc.orchestrator.target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class StackSummary:
    """One stack with the containers that were asked for. `gone`: its worktree's folder is not there any more."""

    namespace: Namespace
    containers: tuple[ObservedContainer, ...]
    gone: bool


def ps(target: Target, *, stopped: bool) -> tuple[StackSummary, ...]:
    """The stacks on the engine; with `stopped` also containers that do not run, and stacks without any.

    Raises:
        EngineUnreachableError: none answers.
    """
    from wtc.engine.observe import stacks

    with engine_of(target) as engine:
        found = [_summary(stack, stopped=stopped) for stack in stacks(engine)]
    return tuple(s for s in found if s.containers or stopped)


def _summary(stack: ObservedStack, *, stopped: bool) -> StackSummary:
    return StackSummary(
        namespace=stack.namespace,
        containers=tuple(c for c in stack.containers if stopped or c.state in {"running", "restarting", "paused"}),
        gone=not os.path.isdir(stack.namespace.worktree),
    )
