"""What containers use. Source: Engine API, `GET /containers/{id}/stats`, and `GET /info` for the machine.

A list and `/info` are all that is asked beside containers' own stats, however many stacks there are.
"""

import json
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from time import time
from typing import TYPE_CHECKING

from wtc import labels as label
from wtc.engine.client.json_access import Json, get_number, get_object, get_text, parse_timestamp
from wtc.engine.observe import parse_inspect
from wtc.engine.stats.cgroup_usage import Cgroups, working_set
from wtc.errors import NotFoundError
from wtc.model.namespace import Namespace
from wtc.model.usage import CpuTime, Machine, MeasuredContainer, RunningContainer, Sample, Usage
from wtc.planner.observed.ownership import inconsistency

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

PARALLEL = 8
GAP_S = 0.1
"""How far apart the two looks are that a share of the processors is told from."""
_INACTIVE = ("total_inactive_file", "inactive_file")
"""The file cache that is given up first: cgroup v1's name, cgroup v2's."""


def running_usage(engine: "Engine", namespace: Namespace | None = None) -> tuple[Machine, tuple[RunningContainer, ...]]:
    """The machine, and what of wtc's runs on it."""
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(read_machine, engine)
        there = running_containers(engine, namespace)
        return asked.result(), there


def read_machine(engine: "Engine") -> Machine:
    """The machine that the containers share, which need not be this one."""
    info = engine.object("/info", doing="ask for the engine's memory")
    return Machine(
        memory_bytes=get_number(info, "MemTotal"), cpus=get_number(info, "NCPU"), engine=get_text(info, "ID")
    )


def running_containers(engine: "Engine", namespace: Namespace | None = None) -> tuple[RunningContainer, ...]:
    """wtc's containers that run or are paused, of all stacks or of one, by stack, service and replica."""
    filters = {"label": [f"{label.MANAGED}=true"], "status": ["running", "paused"]}
    listed = engine.list("/containers/json", doing="list containers", params={"filters": json.dumps(filters)})
    if namespace is not None:
        # By name alone: a worktree that is watched gets its id with its first `up`.
        listed = [one for one in listed if parse_inspect.parse_labels(one).get(label.PROJECT) == namespace.name]
    found = [_parse_running(one) for one in listed if not inconsistency(parse_inspect.parse_listed_container(one, ""))]
    return tuple(sorted(found, key=lambda c: (c.namespace.name, c.service, c.number, c.name)))


def kernel_samples(engine: "Engine", ids: Iterable[str]) -> dict[str, Sample]:
    """Container id -> its use now, of those that this machine's kernel knows of."""
    return Cgroups.of().samples(ids) if engine.host_is_local else {}


def read_samples(engine: "Engine", ids: Iterable[str]) -> dict[str, Sample]:
    """Container id -> its use now; one that has ended is not there.

    What this machine's kernel does not tell of them the engine is asked for, a call a container.
    """
    wanted = list(dict.fromkeys(ids))
    found = kernel_samples(engine, wanted)
    if left := [one for one in wanted if one not in found]:
        with ThreadPoolExecutor(min(PARALLEL, len(left)), thread_name_prefix="stats") as pool:
            asked = {one: pool.submit(_sample_once, engine, one) for one in left}
            found |= {one: sample for one, future in asked.items() if (sample := future.result())}
    return found


def measure(
    engine: "Engine",
    containers: Iterable[RunningContainer],
    machine_memory_bytes: int,
    *,
    earlier: Mapping[str, CpuTime] | None = None,
) -> tuple[MeasuredContainer, ...]:
    """Each container with its use; with the share of the processors, too, where there are `earlier` times.

    The share takes two looks, `GAP_S` apart or more: of what those times do not tell, the first one is made here.
    """
    there = list(containers)
    before = dict(earlier or {})
    if earlier is not None and there:
        begun_s = last_sample_s(before, there)
        if unknown := [c.id for c in there if c.id not in before]:
            begun_s = time()
            before |= {one: sample.cpu for one, sample in read_samples(engine, unknown).items()}
        # Many containers take so long to ask that the first of them need not wait.
        wait_between_samples(begun_s)
    after = read_samples(engine, (c.id for c in there))
    return tuple(
        MeasuredContainer(container=c, usage=usage_of(after.get(c.id), before.get(c.id), machine_memory_bytes))
        for c in there
    )


def last_sample_s(times: Mapping[str, CpuTime], containers: Iterable[RunningContainer]) -> float:
    """When the last of these containers' times was read; 0 where there is none."""
    return max((times[c.id].read_s for c in containers if c.id in times), default=0.0)


def wait_between_samples(begun_s: float) -> None:
    """Waits until it is `GAP_S` past the first of two looks."""
    threading.Event().wait(min(GAP_S, max(0.0, begun_s + GAP_S - time())))


def usage_of(sample: Sample | None, before: CpuTime | None, machine_memory_bytes: int) -> Usage | None:
    """A container's use from its latest sample and, for the share of the processors, an earlier time of theirs."""
    if sample is None:
        return None
    elapsed_s = sample.cpu.read_s - before.read_s if before else 0.0
    percent = None
    if before is not None and elapsed_s > 0:
        percent = max(0.0, (sample.cpu.used_ns - before.used_ns) / 1e9 / elapsed_s * 100)
    limited = sample.limit_bytes > 0 and (not machine_memory_bytes or sample.limit_bytes < machine_memory_bytes)
    return Usage(
        memory_bytes=sample.memory_bytes, limit_bytes=sample.limit_bytes if limited else 0, cpu_percent=percent
    )


def sample_of(answer: Json) -> Sample | None:
    """One answer; None where the container does not run any more."""
    memory, cpu = get_object(answer, "memory_stats"), get_object(answer, "cpu_stats", "cpu_usage")
    if not get_number(memory, "usage") and not get_number(cpu, "total_usage"):
        return None
    return Sample(
        cpu=CpuTime(read_s=parse_timestamp(get_text(answer, "read")), used_ns=get_number(cpu, "total_usage")),
        memory_bytes=_memory_bytes(memory),
        limit_bytes=get_number(memory, "limit"),
    )


def _memory_bytes(memory: Json) -> int:
    details = get_object(memory, "stats")
    inactive = next((get_number(details, name) for name in _INACTIVE if name in details), 0)
    return working_set(get_number(memory, "usage"), inactive)


def _sample_once(engine: "Engine", container: str) -> Sample | None:
    doing = f"ask what container `{container[:12]}` uses"
    try:
        answer = engine.call(
            "GET", f"/containers/{container}/stats", doing=doing, params={"stream": "0", "one-shot": "1"}
        )
    except NotFoundError:
        return None
    if not answer.content:
        return None  # so engines of 20.10 answer for one that ends meanwhile
    with engine.mapping(doing):
        return sample_of(answer.json())


def _parse_running(summary: Json) -> RunningContainer:
    found = parse_inspect.parse_listed_container(summary, "")
    labels = found.labels
    return RunningContainer(
        id=found.id,
        name=found.name,
        namespace=label.namespace_of(labels),
        service=found.service,
        number=found.number,
        oneoff=found.oneoff,
        cpus=_cpus(labels),
        created_s=get_number(summary, "Created"),
    )


def _cpus(labels: Mapping[str, str]) -> float:
    try:
        return max(0.0, float(labels.get(label.CPUS, "0")))
    except ValueError:
        return 0.0
