"""The memory budget: how much each container counts for, and which stacks are idle."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.planner.world import NAMESPACE, World, desired, project
from wtc.format_units import age_text, size_text
from wtc.model.deploy import Deploy, Resources
from wtc.model.desired import Desired
from wtc.model.namespace import Namespace
from wtc.model.observed import Observed, ObservedContainer
from wtc.model.plan import Plan
from wtc.model.service import Service
from wtc.model.up_options import Recreate, UpOptions
from wtc.model.usage import MeasuredContainer, RunningContainer, Usage
from wtc.planner.checks.memory_budget import (
    MemoryBudget,
    StartingContainer,
    claimed_bytes,
    idle_stacks,
    memory_budget,
    starting_existing,
    starting_in_plan,
)
from wtc.planner.lifecycle import ServiceHooks, plan_restart, plan_start
from wtc.planner.up import plan_up

MIB = 1024**2
WEB = Service(name="web", image="busybox")


def running(
    service: str = "web",
    *,
    of: str = "boston-d4e5f6",
    id: str = "",  # noqa: A002 - as the value has it
    used: int = 0,
    limit: int = 0,
    cpu: float | None = None,
    created_s: int = 0,
) -> MeasuredContainer:
    """Return a running container; sizes in MiB."""
    return MeasuredContainer(
        container=RunningContainer(
            id=id or f"{of}/{service}",
            name=f"{of}_{service}",
            namespace=Namespace(name=of, worktree=f"/w/{of.partition('-')[0]}"),
            service=service,
            number=1,
            created_s=created_s,
        ),
        usage=Usage(memory_bytes=used * MIB, limit_bytes=limit * MIB, cpu_percent=cpu),
    )


def summed(wanted: Desired, plan: Plan, there: list[MeasuredContainer], memory: int, **promised: int) -> MemoryBudget:
    """Return the budget of a plan of `up`; `promised` is container name -> MiB."""
    promises = {name: size * MIB for name, size in promised.items()}
    return memory_budget(wanted.namespace, starting_in_plan(wanted, plan), plan, there, memory, promised=promises)


def deployed(limit: int = 0, reserved: int = 0) -> Service:
    limits, reservations = Resources(memory_bytes=limit * MIB), Resources(memory_bytes=reserved * MIB)
    return replace(WEB, deploy=Deploy(limits=limits, reservations=reservations))


@pytest.mark.parametrize(
    ("service", "mib"),
    [
        pytest.param(WEB, 0, id="without a limit nothing"),
        pytest.param(replace(WEB, mem_limit_bytes=512 * MIB), 512, id="mem_limit"),
        pytest.param(replace(WEB, mem_reservation_bytes=64 * MIB), 64, id="mem_reservation"),
        pytest.param(replace(WEB, mem_limit_bytes=512 * MIB, mem_reservation_bytes=64 * MIB), 512, id="limit first"),
        pytest.param(deployed(limit=256), 256, id="deploy limits"),
        pytest.param(deployed(reserved=32), 32, id="deploy reservations"),
        pytest.param(replace(deployed(limit=256), mem_limit_bytes=512 * MIB), 256, id="deploy wins"),
        pytest.param(replace(WEB, mem_limit_bytes=100 * MIB, scale=3), 300, id="every replica"),
        pytest.param(replace(WEB, mem_limit_bytes=100 * MIB, scale=0), 0, id="no replica"),
    ],
)
def test_starting_service_counts_with_its_limit_or_reservation(service: Service, mib: int) -> None:
    wanted = desired(project(service))
    found = summed(wanted, plan_up(wanted, World().observed(), UpOptions()), [], 1024 * MIB)
    assert found.starting_bytes == mib * MIB
    assert found.running_bytes == 0


@pytest.mark.parametrize(
    ("there", "mib"),
    [
        pytest.param(running(used=30, limit=512), 512, id="its limit"),
        pytest.param(running(used=30), 30, id="its usage without a limit"),
        pytest.param(replace(running(used=30), usage=None), 0, id="nothing after it has stopped"),
    ],
)
def test_running_container_counts_with_its_limit_or_usage(there: MeasuredContainer, mib: int) -> None:
    wanted = desired(project(WEB))
    found = summed(wanted, plan_up(wanted, World().observed(), UpOptions()), [there], 1024 * MIB)
    assert found.running_bytes == mib * MIB


@pytest.mark.parametrize(
    ("limit", "others", "memory", "fits"),
    [
        pytest.param(512, [512], 1024, True, id="exactly all of it"),
        pytest.param(513, [512], 1024, False, id="one too many"),
        pytest.param(2000, [], 1024, False, id="too big alone"),
        pytest.param(0, [2000], 1024, False, id="already full"),
        pytest.param(0, [1000], 1024, True, id="new container without a limit"),
        pytest.param(2000, [2000], 0, True, id="engine that does not report its memory"),
        pytest.param(300, [300, 300, 300], 1024, False, id="all stacks together"),
    ],
)
def test_plan_fits_if_the_sum_is_within_the_memory(limit: int, others: list[int], memory: int, *, fits: bool) -> None:
    wanted = desired(project(replace(WEB, mem_limit_bytes=limit * MIB)))
    there = [running(f"s{n}", limit=size) for n, size in enumerate(others)]
    found = summed(wanted, plan_up(wanted, World().observed(), UpOptions()), there, memory * MIB)
    assert found.fits is fits
    assert found.sum_bytes == (limit + sum(others)) * MIB


@pytest.mark.parametrize(
    ("before", "after", "fits"),
    [
        pytest.param(800, 800, True, id="the same"),
        pytest.param(800, 700, True, id="less"),
        pytest.param(800, 900, False, id="more"),
        pytest.param(800, 800 + 4095 / MIB, True, id="the same in whole pages"),
    ],
)
def test_replacement_is_refused_only_if_it_needs_more_memory(before: int, after: float, *, fits: bool) -> None:
    world = World()
    first = desired(project(replace(WEB, mem_limit_bytes=before * MIB)))
    world.run(plan_up(first, world.observed(), UpOptions()))
    own = world.observed().containers[0]
    there = [running(of=NAMESPACE.name, id=own.id, limit=before), running("db", limit=900)]
    wanted = desired(project(replace(WEB, mem_limit_bytes=int(after * MIB))))
    plan = plan_up(wanted, world.observed(), UpOptions(recreate=Recreate.ALWAYS))
    found = summed(wanted, plan, there, 1024 * MIB)
    assert (found.running_bytes, found.starting_bytes) == (900 * MIB, int(after * MIB))
    assert found.fits is fits


def test_recreated_container_without_a_limit_counts_with_its_usage() -> None:
    world = World()
    wanted = desired(project(WEB))
    world.run(plan_up(wanted, world.observed(), UpOptions()))
    own = running(of=NAMESPACE.name, id=world.observed().containers[0].id, used=70)
    plan = plan_up(wanted, world.observed(), UpOptions(recreate=Recreate.ALWAYS))
    found = summed(wanted, plan, [own], 1024 * MIB)
    assert (found.running_bytes, found.starting_bytes, found.grows) == (0, 70 * MIB, False)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param(UpOptions(), True, id="a first up"),
        pytest.param(UpOptions(no_start=True), False, id="--no-start"),
    ],
)
def test_only_a_plan_that_starts_containers_needs_memory(options: UpOptions, *, expected: bool) -> None:
    wanted = desired(project(WEB))
    assert bool(starting_in_plan(wanted, plan_up(wanted, World().observed(), options))) is expected


def test_up_without_changes_needs_no_memory() -> None:
    world = World()
    wanted = desired(project(WEB))
    world.run(plan_up(wanted, world.observed(), UpOptions()))
    assert starting_in_plan(wanted, plan_up(wanted, world.observed(), UpOptions())) == ()


@pytest.mark.parametrize(
    ("promised", "there", "mib"),
    [
        pytest.param({"boston-d4e5f6_web": 400}, [], 400, id="other processes are starting it"),
        pytest.param({"boston-d4e5f6_web": 400}, [running(limit=400)], 0, id="running container counts once"),
        pytest.param({"boston-d4e5f6_web": 400}, [running(limit=300)], 100, id="smaller old container"),
        pytest.param({"boston-d4e5f6_web": 400}, [running(limit=900)], 0, id="larger old container"),
        pytest.param({f"{NAMESPACE.name}_web": 400}, [], 0, id="this plan starts it too"),
    ],
)
def test_reservations_of_other_processes_count(
    promised: dict[str, int], there: list[MeasuredContainer], mib: int
) -> None:
    wanted = desired(project(replace(WEB, mem_limit_bytes=100 * MIB)))
    found = summed(wanted, plan_up(wanted, World().observed(), UpOptions()), there, 499 * MIB, **promised)
    assert found.reserved_elsewhere_bytes == mib * MIB
    assert found.fits is (100 + mib + sum(claimed_bytes(m) for m in there) // MIB <= 499)


@pytest.mark.parametrize(
    ("states", "plan", "names", "grows"),
    [
        pytest.param({"db": "exited"}, plan_start, ["db"], True, id="start"),
        pytest.param({"db": "exited", "web": "running"}, plan_start, ["db"], True, id="start of a stopped container"),
        pytest.param({"web": "running"}, plan_restart, ["web"], False, id="restart of a running container"),
        pytest.param(
            {"db": "exited", "web": "running"}, plan_restart, ["db", "web"], True, id="restart of a stopped container"
        ),
    ],
)
def test_restarted_container_counts_with_the_limit_that_it_was_created_with(
    states: dict[str, str], plan: Callable[[Observed, dict[str, ServiceHooks]], Plan], names: list[str], *, grows: bool
) -> None:
    containers = tuple(
        ObservedContainer(
            id=f"{NAMESPACE.name}/{service}",
            name=f"{NAMESPACE.name}_{service}",
            service=service,
            number=1,
            image="busybox",
            image_id="",
            state=state,
            mem_limit_bytes=200 * MIB,
            mem_reservation_bytes=50 * MIB,
        )
        for service, state in states.items()
    )
    observed = replace(World().observed(), containers=containers)
    there = [running(service, of=NAMESPACE.name, limit=200) for service, state in states.items() if state == "running"]
    wanted = plan(observed, {})
    starting = starting_existing(observed, wanted)
    assert sorted(s.service for s in starting) == names
    assert {(s.limit_bytes, s.reserved_bytes) for s in starting} == {(200 * MIB, 50 * MIB)}
    found = memory_budget(NAMESPACE, starting, wanted, there, 100 * MIB)
    assert (found.sum_bytes, found.grows) == (200 * MIB * len(states), grows)
    assert found.fits is not grows


def test_without_a_limit_the_reservation_counts() -> None:
    each = StartingContainer(name="n", service="web", number=1, limit_bytes=0, reserved_bytes=30 * MIB)
    assert memory_budget(NAMESPACE, [each], Plan(), [], MIB).starting == {"n": 30 * MIB}


@pytest.mark.parametrize(
    ("there", "order"),
    [
        pytest.param([running(of="busy-1", cpu=50), running(of="idle-1", cpu=0)], ["idle-1", "busy-1"], id="by use"),
        pytest.param(
            [running(of="small-1", cpu=0.2, used=10), running(of="big-1", cpu=0.4, used=20)],
            ["big-1", "small-1"],
            id="then the largest",
        ),
        pytest.param(
            [running(of="new-1", cpu=0, created_s=900), running(of="old-1", cpu=0, created_s=100)],
            ["old-1", "new-1"],
            id="then the oldest",
        ),
        pytest.param(
            [running("a", of="two-1", cpu=6), running("b", of="two-1", cpu=6), running(of="one-1", cpu=10)],
            ["one-1", "two-1"],
            id="sum of a stack's containers",
        ),
    ],
)
def test_idle_stacks_are_sorted_by_usage_size_and_age(there: list[MeasuredContainer], order: list[str]) -> None:
    assert [s.namespace.name for s in idle_stacks(there, other_than=NAMESPACE, now_s=1000)] == order


def test_starting_stack_is_not_an_idle_stack() -> None:
    assert idle_stacks([running(of=NAMESPACE.name)], other_than=NAMESPACE, now_s=0) == ()


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 300), st.floats(0, 400)), max_size=12))
def test_every_other_stack_is_listed_once_with_all_of_its_memory(
    found: list[tuple[int, int, float]],
) -> None:
    there = [running(f"s{i}", of=f"n{stack}-1", used=used, cpu=cpu) for i, (stack, used, cpu) in enumerate(found)]
    stacks = idle_stacks(there, other_than=NAMESPACE, now_s=0)
    assert len({s.namespace for s in stacks}) == len(stacks)
    assert sum(s.bytes for s in stacks) == sum(used for _, used, _ in found) * MIB
    assert [round(s.cpu_percent) for s in stacks] == sorted(round(s.cpu_percent) for s in stacks)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1 KiB"),
        (1536, "1.5 KiB"),
        (1024**2 - 1, "1 MiB"),
        (25276502016, "23.5 GiB"),
        (3 * 1024**5, "3072 TiB"),
    ],
)
def test_size_is_formatted(count: int, text: str) -> None:
    assert size_text(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (59, "59 s"), (60, "1 min"), (7199, "1 h"), (86400 * 3, "3 d")]
)
def test_age_is_formatted(seconds: int, text: str) -> None:
    assert age_text(seconds) == text
