"""`ls`: the stacks of all worktrees, summarized."""

from collections import Counter

from wtc.dataclass import dataclass
from wtc.model.observed import RUNNING_STATES
from wtc.model.ports import Endpoint
from wtc.orchestrator.context.open_engine import engine_host
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.ports import published_endpoints
from wtc.orchestrator.ps import StackSummary, ps


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedStack:
    """A stack in a few words. Containers of `wtc run` do not count."""

    summary: StackSummary
    states: tuple[tuple[str, int], ...]
    """State, or the health `starting` or `unhealthy` of those that run, and the number of containers, sorted."""
    running: int
    """The number of services with a container that runs."""
    services: int
    """The number of services with a container."""
    endpoints: tuple[Endpoint, ...]


def ls(target: Target, *, stopped: bool) -> tuple[ListedStack, ...]:
    """Return the stacks with a container that runs, sorted by project folder; with `stopped` all stacks on the engine.

    If the command line names a worktree, return only its stacks: see `ps`.

    Raises:
        UsageError: `--worktree` names a file.
        EngineUnreachableError: no engine answers.
    """
    host = engine_host(target)
    found = [_listed(summary, host) for summary in ps(target, stopped=True)]
    return tuple(
        sorted(
            (one for one in found if one.running or stopped),
            key=lambda one: (one.summary.directory, one.summary.namespace.name),
        )
    )


def _listed(summary: StackSummary, host: str) -> ListedStack:
    containers = [c for c in summary.containers if not c.oneoff]
    alive = [c for c in containers if c.state in RUNNING_STATES]
    states = Counter(c.health if c.health in {"starting", "unhealthy"} else c.state for c in containers)
    return ListedStack(
        summary=summary,
        states=tuple(sorted(states.items(), key=lambda pair: (pair[0] != "running", pair))),
        running=len({c.service for c in alive}),
        services=len({c.service for c in containers}),
        endpoints=published_endpoints(alive, host),
    )
