"""`ps`: list the stacks of all worktrees, by label."""

import os
from collections.abc import Collection, Mapping, Sequence

from wtc.dataclass import dataclass, field, replace
from wtc.model.identity import LabelledStack, WorktreeLocation
from wtc.model.namespace import Namespace
from wtc.model.observed import RUNNING_STATES, ObservedContainer, ObservedStack
from wtc.model.usage import Usage
from wtc.orchestrator.context.identify import Repositories
from wtc.orchestrator.context.open_engine import open_engine
from wtc.orchestrator.context.target import Target, worktree_path
from wtc.orchestrator.context.worktree_location import worktree_location
from wtc.planner.observed.labelled_stacks import namespace_of
from wtc.static_typing import TYPE_CHECKING
from wtc.worktrees.host_identity import host_id
from wtc.worktrees.locate import branch_of

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class StackSummary:
    """A stack with the requested containers, and where its worktree is now."""

    namespace: Namespace
    containers: tuple[ObservedContainer, ...]
    place: WorktreeLocation
    reason: str = ""
    """Why the worktree is not at the path where the stack was created."""
    path: str = ""
    """The path of the worktree; empty if it is not known."""
    branch: str = ""
    """The branch that the worktree has checked out; empty for a detached HEAD, and if the path is not known."""
    directory: str = ""
    """The project folder at the worktree's present path, or at the one where the stack was created."""
    usage: Mapping[str, Usage] = field(default_factory=dict[str, Usage])
    """Container id -> its use, without the CPU share; only for running containers, and if it was requested."""


def ps(
    target: Target,
    *,
    stopped: bool,
    measured: bool = False,
    services: Collection[str] = (),
    states: Collection[str] = (),
) -> tuple[StackSummary, ...]:
    """Return the stacks on the engine; with `stopped` also containers that do not run, and stacks without any.

    If the command line names a worktree, return only its stacks, and those that were created at its path by a worktree
    that is not found. With `services` or `states` return only their containers, and stacks with one; with `states`
    stopped containers too. With `measured` each running container is asked what it uses.

    Raises:
        UsageError: `--worktree` names a file.
        EngineUnreachableError: no engine answers.
    """
    from wtc.engine.observe.snapshot import list_stacks

    worktree = worktree_path(target) if target.worktree else ""
    host = host_id(target.environment)
    repositories = Repositories()
    with open_engine(target) as engine:
        listed = [_summary(stack, host, repositories, stopped=stopped or bool(states)) for stack in list_stacks(engine)]
        found = [_narrowed(stack, services, states) for stack in listed]
        if services or states:
            found = [s for s in found if s.containers]
        found = [s for s in found if (s.containers or stopped) and (not worktree or _belongs(s, worktree))]
        usage = _measured(engine, found) if measured else {}
    return tuple(replace(s, usage={c.id: usage[c.id] for c in s.containers if c.id in usage}) for s in found)


def similar_service(target: Target, services: Collection[str]) -> str:
    """Return a hint such as "did you mean `web`?" for the first of the services that no stack has; empty if all exist.

    Raises:
        EngineUnreachableError: no engine answers.
    """
    from wtc.nearest_name import nearest_name

    known = {container.service for stack in ps(target, stopped=True) for container in stack.containers}
    return next((nearest_name(service, known) for service in services if service not in known), "")


def _narrowed(stack: StackSummary, services: Collection[str], states: Collection[str]) -> StackSummary:
    """Return the stack with the containers of these services and in these states; none named means all."""
    named = [c for c in stack.containers if not services or c.service in services]
    return replace(stack, containers=tuple(c for c in named if not states or c.state in states))


def _belongs(stack: StackSummary, worktree: str) -> bool:
    """Return whether the stack is the worktree's, by its present path or, if that is unknown, by the original one."""
    return (stack.path or stack.namespace.worktree) == worktree


def _measured(engine: "Engine", stacks: Sequence[StackSummary]) -> dict[str, Usage]:
    from wtc.engine.parallel import Ahead
    from wtc.engine.stats.usage import read_machine, read_samples, usage_of

    machine = Ahead(lambda: read_machine(engine))
    found = read_samples(engine, [c.id for s in stacks for c in s.containers if c.state == "running"])
    usage = {one: usage_of(sample, None, machine.result().memory_bytes) for one, sample in found.items()}
    return {one: each for one, each in usage.items() if each}


def _summary(stack: ObservedStack, host: str, repositories: Repositories, *, stopped: bool) -> StackSummary:
    place, reason, path = worktree_location(stack.stack, host, repositories)
    return StackSummary(
        namespace=namespace_of(stack.stack),
        containers=tuple(c for c in stack.containers if stopped or c.state in RUNNING_STATES),
        place=place,
        reason=reason,
        path=path,
        branch=branch_of(path) if path else "",
        directory=_project_folder(stack.stack, path or stack.stack.worktree),
    )


def _project_folder(stack: LabelledStack, worktree: str) -> str:
    """Return the project folder below the present path of the worktree."""
    inner = os.path.relpath(stack.identity.directory or stack.worktree, stack.worktree)
    return worktree if inner == "." or inner.startswith("..") else os.path.join(worktree, inner)
