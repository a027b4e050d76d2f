"""Check whether the engine's host has enough memory for the containers that a plan starts. Pure."""

from collections.abc import Iterable, Mapping

from wtc.dataclass import dataclass
from wtc.model.desired import ContainerSpec, Desired, ResolvedService
from wtc.model.namespace import Namespace
from wtc.model.observed import Observed
from wtc.model.plan import Plan
from wtc.model.usage import MeasuredContainer
from wtc.planner.plan_effects import ended_containers, started_containers

SUGGESTED = 3
"""How many idle stacks the error message lists."""
SLACK_BYTES = 64 * 1024
"""The kernel rounds limits down to whole pages: a smaller difference than this counts as equal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartingContainer:
    """A container that the plan starts. `reserved_bytes` counts if the container has no limit."""

    name: str
    service: str
    number: int
    limit_bytes: int
    reserved_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryBudget:
    """The memory that running and starting containers need, and the memory of the engine's host.

    `running_bytes`: the limits (without a limit, the usage) of the containers that continue to run.
    `reserved_elsewhere_bytes`: the same for containers that other wtc processes are starting.
    `grows`: whether the plan starts anything that needs more than the container it replaces.
    """

    memory_bytes: int
    running_bytes: int
    reserved_elsewhere_bytes: int = 0
    starting: Mapping[str, int]
    """Container name -> bytes that it counts for."""
    grows: bool

    @property
    def starting_bytes(self) -> int:
        """Return the bytes that all starting containers count for."""
        return sum(self.starting.values())

    @property
    def sum_bytes(self) -> int:
        """Return the bytes that may be needed at the same time."""
        return self.running_bytes + self.reserved_elsewhere_bytes + self.starting_bytes

    @property
    def fits(self) -> bool:
        """Whether the plan may be executed. If the engine does not report its memory, it counts as enough."""
        return not self.grows or not self.memory_bytes or self.sum_bytes <= self.memory_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleStack:
    """A running stack that could be stopped to free memory. `age_s` is the age of its oldest container."""

    namespace: Namespace
    bytes: int
    cpu_percent: float
    age_s: int


def starting_in_plan(desired: Desired, plan: Plan) -> tuple[StartingContainer, ...]:
    """Return the containers that a plan of `up` starts."""
    by_name = {c.name: c for s in desired.services.values() for c in s.containers}
    return tuple(starting_spec(by_name[name]) for name in started_containers(plan) if name in by_name)


def starting_existing(observed: Observed, plan: Plan) -> tuple[StartingContainer, ...]:
    """Return the containers that a plan of `start` or `restart` starts, with the limits that they were created with."""
    by_name = {c.name: c for c in observed.containers}
    return tuple(
        StartingContainer(
            name=name,
            service=found.service,
            number=found.number,
            limit_bytes=found.mem_limit_bytes,
            reserved_bytes=found.mem_reservation_bytes,
        )
        for name in started_containers(plan)
        if (found := by_name.get(name))
    )


def starting_spec(spec: ContainerSpec) -> StartingContainer:
    """Return the starting container for one that is still to be created."""
    return StartingContainer(
        name=spec.name,
        service=spec.service,
        number=spec.number,
        limit_bytes=_limit_bytes(spec.config),
        reserved_bytes=_reserved_bytes(spec.config),
    )


def memory_budget(
    namespace: Namespace,
    starting: Iterable[StartingContainer],
    plan: Plan,
    running: Iterable[MeasuredContainer],
    memory_bytes: int,
    *,
    promised: Mapping[str, int] | None = None,
) -> MemoryBudget:
    """Return the memory budget of a plan that starts these containers.

    `running`: every running container that wtc manages, of all stacks. `promised`: container name -> bytes, of the
    containers that other wtc processes are starting.
    """
    by_id = {m.container.id: m for m in running}
    leaving = ended_containers(plan)
    ending = {one for one, m in by_id.items() if one in leaving or m.container.name in leaving}
    places = {_sort_key(m): m for one, m in by_id.items() if one in ending and m.container.namespace == namespace}
    counted: dict[str, int] = {}
    grows = False
    for each in starting:
        before = places.get((each.service, each.number))
        was = claimed_bytes(before) if before else 0
        # Without a limit, the usage of the container that it replaces is the best estimate.
        counted[each.name] = each.limit_bytes or max(each.reserved_bytes, _used_bytes(before))
        grows = grows or before is None or counted[each.name] > was + SLACK_BYTES
    claims = {m.container.name: claimed_bytes(m) for m in by_id.values()}
    return MemoryBudget(
        memory_bytes=memory_bytes,
        running_bytes=sum(claimed_bytes(m) for one, m in by_id.items() if one not in ending),
        # Containers of these that run by now are already counted in `running`.
        reserved_elsewhere_bytes=sum(
            max(0, size - claims.get(name, 0)) for name, size in (promised or {}).items() if name not in counted
        ),
        starting=counted,
        grows=grows,
    )


def claimed_bytes(measured: MeasuredContainer) -> int:
    """Return the bytes that a running container counts for: its limit, else its usage."""
    usage = measured.usage
    return (usage.limit_bytes or usage.memory_bytes) if usage else 0


def idle_stacks(running: Iterable[MeasuredContainer], *, other_than: Namespace, now_s: int) -> tuple[IdleStack, ...]:
    """Return the other stacks: lowest CPU usage (in whole percent) first, then the largest, then the oldest."""
    stacks: dict[Namespace, list[MeasuredContainer]] = {}
    for measured in running:
        if measured.container.namespace != other_than:
            stacks.setdefault(measured.container.namespace, []).append(measured)
    found = [
        IdleStack(
            namespace=namespace,
            bytes=sum(map(claimed_bytes, each)),
            cpu_percent=sum((m.usage.cpu_percent or 0.0) for m in each if m.usage),
            age_s=max(0, now_s - min(m.container.created_s for m in each)),
        )
        for namespace, each in stacks.items()
    ]
    return tuple(sorted(found, key=lambda s: (round(s.cpu_percent), -s.bytes, -s.age_s, s.namespace.name)))


def _sort_key(measured: MeasuredContainer) -> tuple[str, int]:
    return measured.container.service, measured.container.number


def _limit_bytes(service: ResolvedService) -> int:
    """Return the memory limit: `deploy.resources` overrides `mem_limit`. Source: compose-spec, Deploy."""
    limits = service.deploy.limits if service.deploy else None
    return (limits.memory_bytes if limits else 0) or service.mem_limit_bytes


def _reserved_bytes(service: ResolvedService) -> int:
    reservations = service.deploy.reservations if service.deploy else None
    return (reservations.memory_bytes if reservations else 0) or service.mem_reservation_bytes


def _used_bytes(measured: MeasuredContainer | None) -> int:
    return measured.usage.memory_bytes if measured and measured.usage else 0
