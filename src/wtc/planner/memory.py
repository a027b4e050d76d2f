"""Whether the engine's machine has the memory for what is to start beside what runs already."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wtc.model.desired import ContainerSpec, Desired
from wtc.model.namespace import Namespace
from wtc.model.plan import ContainerRef, Plan, RemoveContainer, StartContainer, StopContainer
from wtc.model.service import Service
from wtc.model.usage import MeasuredContainer

SUGGESTED = 3
"""How many idle stacks a refusal names."""
SLACK_BYTES = 64 * 1024
"""The kernel keeps limits in whole pages, rounded down: so much less is the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What runs and what starts, against what there is.

    `running_bytes` are the limits, or where there is none the use, of what runs and goes on running; `starting_bytes`
    those of what the plan starts. With `grows` something starts that does not merely take its own place again.
    """

    memory_bytes: int
    running_bytes: int
    starting_bytes: int
    grows: bool

    @property
    def sum_bytes(self) -> int:
        """All that may be needed at once."""
        return self.running_bytes + self.starting_bytes

    @property
    def fits(self) -> bool:
        """Whether the plan may go on. An engine that does not tell its memory has enough."""
        return not self.grows or not self.memory_bytes or self.sum_bytes <= self.memory_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleStack:
    """A running stack that could make room. `bytes` is what it counts for, `age_s` how long its oldest container is."""

    namespace: Namespace
    bytes: int
    cpu_percent: float
    age_s: int


def starts(plan: Plan) -> bool:
    """Whether the plan starts anything at all."""
    return any(isinstance(node.operation, StartContainer) for node in plan)


def budget(desired: Desired, plan: Plan, running: Iterable[MeasuredContainer], memory_bytes: int) -> Budget:
    """The sum for a plan of `up`. `running` is every container of wtc's that runs, of all stacks."""
    there = {m.container.id: m for m in running}
    leaving = _refs(plan, StopContainer, RemoveContainer)
    ending = {one for one, m in there.items() if one in leaving or m.container.name in leaving}
    places = {_place(m): m for one, m in there.items() if one in ending and m.container.namespace == desired.namespace}
    starting = 0
    grows = False
    for spec in _started(desired, plan):
        before = places.get((spec.service, spec.number))
        was = claim_of(before) if before else 0
        # Without a limit, what its predecessor uses is the best that can be known.
        claim = _limit(spec.config) or max(_reserved(spec.config), _used(before))
        starting += claim
        grows = grows or before is None or claim > was + SLACK_BYTES
    return Budget(
        memory_bytes=memory_bytes,
        running_bytes=sum(claim_of(m) for one, m in there.items() if one not in ending),
        starting_bytes=starting,
        grows=grows,
    )


def claim_of(measured: MeasuredContainer) -> int:
    """What a running container counts for: its limit, else its use."""
    usage = measured.usage
    return (usage.limit_bytes or usage.memory_bytes) if usage else 0


def idlest(running: Iterable[MeasuredContainer], *, other_than: Namespace, now_s: int) -> tuple[IdleStack, ...]:
    """The other stacks, the idlest first: by whole percents of a processor, then the biggest, then the oldest."""
    stacks: dict[Namespace, list[MeasuredContainer]] = {}
    for measured in running:
        if measured.container.namespace != other_than:
            stacks.setdefault(measured.container.namespace, []).append(measured)
    found = [
        IdleStack(
            namespace=namespace,
            bytes=sum(map(claim_of, each)),
            cpu_percent=sum((m.usage.cpu_percent or 0.0) for m in each if m.usage),
            age_s=max(0, now_s - min(m.container.created_s for m in each)),
        )
        for namespace, each in stacks.items()
    ]
    return tuple(sorted(found, key=lambda s: (round(s.cpu_percent), -s.bytes, -s.age_s, s.namespace.name)))


def _started(desired: Desired, plan: Plan) -> Sequence[ContainerSpec]:
    by_name: Mapping[str, ContainerSpec] = {c.name: c for s in desired.services.values() for c in s.containers}
    refs = [node.operation.container for node in plan if isinstance(node.operation, StartContainer)]
    return [by_name[ref.name] for ref in refs if ref.name in by_name]


def _refs(plan: Plan, *kinds: type[StopContainer | RemoveContainer]) -> frozenset[str]:
    """Ids and names of the containers that end."""
    refs: list[ContainerRef] = [n.operation.container for n in plan if isinstance(n.operation, kinds)]
    return frozenset(ref.key for ref in refs)


def _place(measured: MeasuredContainer) -> tuple[str, int]:
    return measured.container.service, measured.container.number


def _limit(service: Service) -> int:
    """`deploy.resources` wins, as it does in the container. Source: compose-spec, Deploy."""
    limits = service.deploy.limits if service.deploy else None
    return (limits.memory_bytes if limits else 0) or service.mem_limit_bytes


def _reserved(service: Service) -> int:
    reservations = service.deploy.reservations if service.deploy else None
    return (reservations.memory_bytes if reservations else 0) or service.mem_reservation_bytes


def _used(measured: MeasuredContainer | None) -> int:
    return measured.usage.memory_bytes if measured and measured.usage else 0
