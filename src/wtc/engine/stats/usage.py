"""Measure the CPU and memory usage of containers. Source: Engine API, `GET /containers/{id}/stats`, `GET /info`.

Besides the containers' stats, this takes two calls, a list and `/info`, for any number of stacks.
"""

import json
import threading
from collections.abc import Iterable, Mapping
from functools import partial
from time import time

from wtc import labels as label
from wtc.engine.client.json_access import Json, get_number, get_object, get_text, parse_timestamp
from wtc.engine.observe import parse_inspect
from wtc.engine.parallel import Ahead, call_all
from wtc.engine.stats.cgroup_usage import Cgroups, working_set
from wtc.errors import NotFoundError
from wtc.model.namespace import Namespace
from wtc.model.observed import PROCESS_STATES
from wtc.model.usage import CpuTime, Machine, MeasuredContainer, RunningContainer, Sample, Usage
from wtc.planner.observed.ownership import inconsistency
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

GAP_S = 0.1
"""The minimum time between the two samples of a CPU share."""
_INACTIVE = ("total_inactive_file", "inactive_file")
"""The inactive file cache: the names in cgroup v1 and cgroup v2."""


def running_usage(engine: "Engine", namespace: Namespace | None = None) -> tuple[Machine, tuple[RunningContainer, ...]]:
    """Return the engine's machine, and wtc's containers that are running on it."""
    machine = Ahead(partial(read_machine, engine))
    there = running_containers(engine, namespace)
    return machine.result(), there


def read_machine(engine: "Engine") -> Machine:
    """Return the engine's machine, which may be another than this one."""
    info = engine.info()
    return Machine(
        memory_bytes=get_number(info, "MemTotal"), cpus=get_number(info, "NCPU"), engine=get_text(info, "ID")
    )


def running_containers(engine: "Engine", namespace: Namespace | None = None) -> tuple[RunningContainer, ...]:
    """Return wtc's running and paused containers, of all stacks or of one, by stack, service and replica."""
    filters = {"label": [f"{label.MANAGED}=true"], "status": sorted(PROCESS_STATES)}
    listed = engine.list("/containers/json", doing="list containers", params={"filters": json.dumps(filters)})
    if namespace is not None:
        # Only by name: a worktree has no id before its first `up`.
        listed = [one for one in listed if parse_inspect.parse_labels(one).get(label.PROJECT) == namespace.name]
    found = [_parse_running(one) for one in listed if not inconsistency(parse_inspect.parse_listed_container(one))]
    return tuple(sorted(found, key=lambda c: (c.namespace.name, c.service, c.number, c.name)))


def kernel_samples(engine: "Engine", ids: Iterable[str]) -> dict[str, Sample]:
    """Return container id -> current usage, of the containers that have a control group on this machine."""
    return Cgroups.of().samples(ids) if engine.host_is_local else {}


def read_samples(engine: "Engine", ids: Iterable[str]) -> dict[str, Sample]:
    """Return container id -> current usage, without containers that have ended.

    For containers without a control group on this machine, this takes a call for each container.
    """
    wanted = list(dict.fromkeys(ids))
    found = kernel_samples(engine, wanted)
    if left := [one for one in wanted if one not in found]:
        samples = call_all([partial(_sample_once, engine, one) for one in left])
        found |= {one: sample for one, sample in zip(left, samples, strict=True) if sample}
    return found


def measure(
    engine: "Engine",
    containers: Iterable[RunningContainer],
    machine_memory_bytes: int,
    *,
    earlier: Mapping[str, CpuTime] | None = None,
) -> tuple[MeasuredContainer, ...]:
    """Return each container with its usage; with its CPU share if `earlier` is given.

    `earlier`: container id -> CPU time. A share needs two samples, at least `GAP_S` apart: for containers that are not
    in `earlier`, the first one is read here.
    """
    there = list(containers)
    before = dict(earlier or {})
    if earlier is not None and there:
        begun_s = last_sample_s(before, there)
        if unknown := [c.id for c in there if c.id not in before]:
            begun_s = time()
            before |= {one: sample.cpu for one, sample in read_samples(engine, unknown).items()}
        # With many containers, reading the first samples takes longer than `GAP_S`.
        wait_between_samples(begun_s)
    after = read_samples(engine, (c.id for c in there))
    return tuple(
        MeasuredContainer(container=c, usage=usage_of(after.get(c.id), before.get(c.id), machine_memory_bytes))
        for c in there
    )


def last_sample_s(times: Mapping[str, CpuTime], containers: Iterable[RunningContainer]) -> float:
    """Return when the last of these containers' times was read; 0 without containers."""
    return max((times[c.id].read_s for c in containers if c.id in times), default=0.0)


def wait_between_samples(begun_s: float) -> None:
    """Wait until `GAP_S` after the first of two samples."""
    threading.Event().wait(min(GAP_S, max(0.0, begun_s + GAP_S - time())))


def usage_of(sample: Sample | None, before: CpuTime | None, machine_memory_bytes: int) -> Usage | None:
    """Return a container's usage from its latest sample and, for the CPU share, an earlier CPU time."""
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


def sample_of(response: Json) -> Sample | None:
    """Parse one response of `stats`; None if the container is no longer running."""
    memory, cpu = get_object(response, "memory_stats"), get_object(response, "cpu_stats", "cpu_usage")
    if not get_number(memory, "usage") and not get_number(cpu, "total_usage"):
        return None
    return Sample(
        cpu=CpuTime(read_s=parse_timestamp(get_text(response, "read")), used_ns=get_number(cpu, "total_usage")),
        memory_bytes=_memory_bytes(memory),
        limit_bytes=get_number(memory, "limit"),
    )


def _memory_bytes(memory: Json) -> int:
    details = get_object(memory, "stats")
    inactive = next((get_number(details, name) for name in _INACTIVE if name in details), 0)
    return working_set(get_number(memory, "usage"), inactive)


def _sample_once(engine: "Engine", container: str) -> Sample | None:
    doing = f"read the usage of container `{container[:12]}`"
    try:
        response = engine.call(
            "GET", f"/containers/{container}/stats", doing=doing, params={"stream": "0", "one-shot": "1"}
        )
    except NotFoundError:
        return None
    if not response.content:
        return None  # the response of engine 20.10 for a container that ends meanwhile
    return sample_of(response.object())


def _parse_running(summary: Json) -> RunningContainer:
    found = parse_inspect.parse_listed_container(summary)
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
