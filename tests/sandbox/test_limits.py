"""Limits that the kernel enforces, seen in its own accounting."""

import asyncio
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e.harness import until
from tests.sandbox.conftest import Sandboxed
from wtc.sandbox import LimitsNotEnforcedError, Method, ResourceLimits
from wtc.sandbox.cgroups import ControlGroup, create_group, group_parent, own_hierarchies
from wtc.sandbox.enforcement import enforce_limits

ZEROS = "head -c 200000000 /dev/zero"
ALL = ResourceLimits(memory_limit_mb=64, cpu_quota_percent=20, pid_limit=16)


@pytest.fixture
def limited(sandboxed: Sandboxed) -> Sandboxed:
    """A sandbox whose limits control groups enforce; skipped where there are none, but not in CI."""
    try:
        enforcement = asyncio.run(enforce_limits(ALL, sandboxed=True, best_effort=False))
    except LimitsNotEnforcedError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"{error.message}: {error.causes}")
    for group in enforcement.groups:
        os.rmdir(group.folder)
    if not set(enforcement.methods.values()) <= {Method.CGROUP_V1, Method.CGROUP_V2}:
        pytest.skip("systemd enforces the limits")
    sandboxed.limits = ALL
    return sandboxed


def counters(folder: Path, file: str) -> dict[str, int]:
    return {name: int(value) for name, value in map(str.split, (folder / file).read_text().splitlines())}


@pytest.mark.parametrize("script", [f"{ZEROS} | tail | wc -c", f"{ZEROS} >/tmp/x"])
def test_process_over_the_memory_limit_dies(limited: Sandboxed, script: str) -> None:
    ended, output = limited.run_to_end(f"{script}; echo $?")
    assert (ended.refusals.get("memory", 0) > 0, "200000000" in output) == (True, False)


def test_process_within_the_memory_limit_lives(limited: Sandboxed) -> None:
    ended, output = limited.run_to_end("head -c 20000000 /dev/zero | tail | wc -c")
    assert (ended.status, output, ended.refusals) == (0, "20000000\n", {})


def test_fork_bomb_stops_at_the_process_limit(limited: Sandboxed) -> None:
    ended, output = limited.run_to_end("n=0; while [ $n -lt 60 ]; do sleep 60 & n=$((n+1)); done; echo all started")
    assert (ended.refusals.get("pids", 0) > 0, "all started" in output) == (True, False)


def test_spinning_process_gets_its_share(limited: Sandboxed) -> None:
    async def go() -> tuple[int, int, float]:
        async with limited.started("while :; do :; done") as running:
            (group,) = [group for group in running.enforcement.groups if "cpus" in group.limits]
            folder = Path(group.folder)
            while counters(folder, "cpu.stat")["nr_throttled"] < 10:
                await asyncio.sleep(0.01)
            used_s = sum(cpu_s(int(pid)) for pid in Path(group.processes).read_text().split())
            found = counters(folder, "cpu.stat")
            return found["nr_periods"], found["nr_throttled"], used_s

    periods, throttled, used_s = asyncio.run(go())
    assert throttled >= 10
    # A period is 0.1 s. The kernel hands the quota out in slices of 5 ms a processor, so it may be a little more.
    assert used_s <= (periods + 2) * 0.1 * 0.20 * 1.5


def members(group: ControlGroup) -> dict[str, str]:
    """Process id -> the name of its program."""
    pids = Path(group.processes).read_text().split()
    return {pid: Path(f"/proc/{pid}/comm").read_text().strip() for pid in pids}


def lives(pid: str) -> bool:
    """Whether a process has not ended; one that its parent has not waited for yet has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except OSError:
        return False


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_everything_the_command_started_counts_and_ends_with_it(limited: Sandboxed) -> None:
    async def go() -> tuple[list[str], list[str]]:
        async with limited.started("setsid sleep 1000 & wait") as running:
            groups = running.enforcement.groups
            while "sleep" not in members(groups[0]).values():
                await asyncio.sleep(0.01)
            return [group.folder for group in groups], list(members(groups[0]))

    folders, pids = asyncio.run(go())
    assert [path for path in folders if os.path.exists(path)] == []
    # A process leaves its control group shortly before it has ended.
    until(lambda: not any(lives(pid) for pid in pids), "every process has ended")


def test_nothing_is_left_if_the_caller_leaves_while_the_sandbox_starts(limited: Sandboxed) -> None:
    async def go() -> list[str]:
        folders: list[str] = []
        for _ in range(20):
            async with limited.started("sleep 1000") as running:
                folders += [group.folder for group in running.enforcement.groups]
        return folders

    folders = asyncio.run(go())
    assert (len(folders) >= 20, [path for path in folders if os.path.exists(path)]) == (True, [])


def test_descendants_of_an_unsandboxed_command_end_with_it(limited: Sandboxed) -> None:
    async def go() -> list[str]:
        runner = replace(limited.runner(), unsandboxed=True)
        async with runner.start(["sh", "-c", "sleep 1000 & wait"], stdout=subprocess.PIPE) as running:
            groups = running.enforcement.groups
            while "sleep" not in members(groups[0]).values():
                await asyncio.sleep(0.01)
            return list(members(groups[0]))

    pids = asyncio.run(go())
    until(lambda: not any(lives(pid) for pid in pids), "every process has ended")


@pytest.mark.parametrize(("limit", "value"), [("pids", 9), ("memory", 64 << 20), ("cpus", 50)])
def test_group_of_a_wtc_that_was_killed_is_removed_by_the_next(limited: Sandboxed, limit: str, value: int) -> None:
    """The next sandbox has no limits of its own."""
    limited.limits = None
    found = own_hierarchies()
    version, place = next((v, p) for v in (2, 1) if (p := group_parent(found, v, limit)))
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left = create_group(place, version, {limit: value}, f"wtc-sandbox-{ended.pid}-0123abcd")
    limited.run("true")
    assert not os.path.exists(left.folder)
