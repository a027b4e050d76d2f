"""`stats`: the CPU and memory use of the containers of one worktree, or of all, and their limits."""

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from itertools import groupby

from wtc.dataclass import dataclass
from wtc.errors import WtcError
from wtc.events import Reporter
from wtc.model.namespace import Namespace
from wtc.model.usage import Machine, MeasuredContainer, RunningContainer
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.identify import namespace_for
from wtc.orchestrator.context.open_engine import open_engine
from wtc.orchestrator.context.target import Target, locate
from wtc.orchestrator.context.user_state import open_user_state
from wtc.orchestrator.context.validate_services import require_declared
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class StatsRequest:
    """Which services to measure (all if empty), in this worktree or `everywhere`."""

    services: tuple[str, ...] = ()
    everywhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StackUsage:
    """One stack's running containers, by service and replica, never empty."""

    namespace: Namespace
    containers: tuple[MeasuredContainer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatsResult:
    """The engine's machine, and the stacks that run on it, by name."""

    machine: Machine
    stacks: tuple[StackUsage, ...]


def stats(target: Target, request: StatsRequest, report: Reporter) -> StatsResult:
    """Return the running containers and what they use now.

    Raises:
        EngineUnreachableError: no engine answers.
        UsageError: neither the stack nor the file has a service that was named.
        WtcError: a service that was named has no running container.
    """
    from wtc.engine.stats.cgroup_usage import Cgroups
    from wtc.engine.stats.usage import measure, running_usage

    # Start this first: the CPU shares need two samples, taken while the slower requests run.
    earlier = Cgroups.of().cpu_times()
    with open_engine(target) as engine:
        machine, found = running_usage(engine, _namespace(target, request, engine, report))
        chosen = _of_services(found, target, request, report)
        return StatsResult(
            machine=machine, stacks=group_by_stack(measure(engine, chosen, machine.memory_bytes, earlier=earlier))
        )


@contextmanager
def watch_stats(target: Target, request: StatsRequest, report: Reporter) -> Generator[Callable[[], StatsResult]]:
    """Return a function that measures at each call, by the kernel's counters or else the engine's streams.

    Raises:
        EngineUnreachableError: no engine answers; each call may raise it too.
        WtcError: a service that was named has no running container at the first call.
    """
    from wtc.engine.stats.cgroup_usage import Cgroups
    from wtc.engine.stats.usage import (
        kernel_samples,
        last_sample_s,
        running_containers,
        running_usage,
        usage_of,
        wait_between_samples,
    )
    from wtc.engine.stats.usage_streams import StatsStreams

    before = Cgroups.of().cpu_times()
    with open_engine(target) as engine, StatsStreams.over(engine) as streams:
        namespace = _namespace(target, request, engine, report)
        machine, found = running_usage(engine, namespace)
        first = _of_services(found, target, request, report)
        wait_between_samples(last_sample_s(before, first))

        def look() -> StatsResult:
            there = [
                c
                for c in running_containers(engine, namespace)
                if not request.services or c.service in request.services
            ]
            samples = kernel_samples(engine, (c.id for c in there))
            streams.follow(c.id for c in there if c.id not in samples)
            pairs = {c.id: streams.latest(c.id) for c in there if c.id not in samples}
            pairs |= {one: (sample, before.get(one)) for one, sample in samples.items()}
            before.update({one: sample.cpu for one, sample in samples.items()})
            measured = [
                MeasuredContainer(container=c, usage=usage_of(*pairs[c.id], machine.memory_bytes)) for c in there
            ]
            return StatsResult(machine=machine, stacks=group_by_stack(measured))

        yield look


def group_by_stack(measured: Iterable[MeasuredContainer]) -> tuple[StackUsage, ...]:
    """Group containers, which are sorted by stack, by their stack."""
    grouped = groupby(measured, key=lambda m: m.container.namespace)
    return tuple(StackUsage(namespace=namespace, containers=tuple(each)) for namespace, each in grouped)


def _namespace(target: Target, request: StatsRequest, engine: "Engine", report: Reporter) -> Namespace | None:
    if request.everywhere:
        return None
    return namespace_for(locate(target), open_user_state(target, report), engine, report)


def _of_services(
    found: Iterable[RunningContainer], target: Target, request: StatsRequest, report: Reporter
) -> list[RunningContainer]:
    there = list(found)
    running = sorted({c.service for c in there})
    for service in request.services:
        if service not in running:
            if not request.everywhere:
                with Context(target, report, offline=True) as context:
                    require_declared(context, [service], known=running)
            what = (
                f"the running services are {', '.join(f'`{name}`' for name in running)}"
                if running
                else "nothing runs here"
            )
            raise WtcError(
                f"service `{service}` has no running container",
                causes=[what],
                hints=["to start it, run `wtc up`"],
            )
    return [c for c in there if not request.services or c.service in request.services]
