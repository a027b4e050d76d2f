"""The whole command line, and who enforces which limit."""

import asyncio
import os
from pathlib import Path

import pytest

from wtc.errors import UsageError
from wtc.sandbox import Enforcement, LimitsNotEnforcedError, Method, ResourceLimits, enforcement
from wtc.sandbox.cgroup_hierarchies import Hierarchy
from wtc.sandbox.cgroups import ControlGroup, group_parent
from wtc.sandbox.command_line import launch_command
from wtc.sandbox.enforcement import enforce_limits, has_rlimit
from wtc.sandbox.systemd import is_enforced, scope_command

NOTHING = Enforcement(values={}, methods={}, missing={})
GROUPED = Enforcement(
    values={"pids": 9},
    methods={"pids": Method.CGROUP_V1},
    missing={},
    groups=(ControlGroup(version=1, folder="/c/pids/x", limits=("pids",)),),
)
JOIN = 'while [ "$1" != -- ]; do echo 0 >"$1" || exit 125; shift; done; shift; exec "$@"'


def test_command_without_limits_is_only_sandboxed() -> None:
    assert launch_command(["make"], NOTHING) == ["make"]
    assert launch_command(["make"], NOTHING, sandbox=["bwrap", "--"]) == ["bwrap", "--", "make"]


def test_control_groups_are_joined_before_the_sandbox_starts() -> None:
    expected = ["/bin/sh", "-c", JOIN, "sh", "/c/pids/x/cgroup.procs", "--", "bwrap", "--", "make"]
    assert launch_command(["make"], GROUPED, sandbox=["bwrap", "--"]) == expected


def test_sandbox_ignores_the_signals_that_the_command_handles() -> None:
    assert launch_command(["make"], NOTHING, sandbox=["bwrap", "--"], resets_signals=True) == [
        *("/bin/sh", "-c", f'trap "" HUP INT QUIT TERM; {JOIN}', "sh", "--", "bwrap", "--"),
        *("/usr/bin/env", "--default-signal=HUP,INT,QUIT,TERM", "make"),
    ]


def test_systemd_runs_everything_in_one_scope() -> None:
    values = {"memory": 1 << 30, "cpus": 150, "pids": 200}
    in_scope = Enforcement(values=values, methods=dict.fromkeys(values, Method.SYSTEMD), missing={})
    assert " ".join(launch_command(["make"], in_scope, sandbox=["bwrap", "--"])) == (
        "systemd-run --user --scope --quiet --collect --property MemoryMax=1073741824 --property MemorySwapMax=0"
        " --property CPUQuota=150% --property CPUQuotaPeriodSec=100ms --property TasksMax=200 -- bwrap -- make"
    )
    assert "--user" not in scope_command(values, as_root=True)


@pytest.mark.parametrize(
    ("shown", "enforced"),
    [
        ("1073741824\n150000 100000\n200\n", True),
        ("1073741824\nmax 100000\n200\n", False),
        ("200\n", False),
        ("", False),
    ],
)
def test_scope_counts_only_if_the_kernel_has_the_limits(shown: str, *, enforced: bool) -> None:
    headed = "".join(f"==> file <==\n{line}\n" for line in shown.splitlines())
    assert is_enforced(headed, {"memory": 1 << 30, "cpus": 150, "pids": 200}) is enforced


@pytest.mark.parametrize(
    ("name", "as_root", "platform", "has"),
    [
        ("memory", False, "linux", True),
        ("memory", True, "linux", True),
        ("pids", False, "linux", True),
        ("pids", True, "linux", False),
        ("cpus", False, "linux", False),
        ("memory", False, "darwin", False),
    ],
)
def test_rlimits_hold_what_the_kernel_counts_for_them(name: str, *, as_root: bool, platform: str, has: bool) -> None:
    assert has_rlimit(name, as_root=as_root, platform=platform) is has


def nothing_enforces(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine without systemd and control groups, for a caller that is root."""

    async def refuses(*_: object, **__: object) -> bool:
        return False

    monkeypatch.setattr(enforcement, "own_hierarchies", lambda: ())
    monkeypatch.setattr(enforcement, "can_enforce", refuses)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(enforcement.sys, "platform", "linux")


def test_limit_that_nothing_enforces_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing_enforces(monkeypatch)
    limits = ResourceLimits(memory_limit_mb=64, cpu_quota_percent=50, pid_limit=9)
    with pytest.raises(LimitsNotEnforcedError) as caught:
        asyncio.run(enforce_limits(limits, sandboxed=True, best_effort=False))
    assert caught.value.message == "the processor limit and the process limit cannot be enforced here"
    assert caught.value.causes == ("this system has no control groups",)


def test_best_effort_leaves_out_what_nothing_enforces(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing_enforces(monkeypatch)
    limits = ResourceLimits(memory_limit_mb=64, cpu_quota_percent=50)
    found = asyncio.run(enforce_limits(limits, sandboxed=True, best_effort=True))
    assert (dict(found.methods), list(found.missing)) == ({"memory": Method.RLIMIT}, ["cpus"])
    assert launch_command(["make"], found)[-3:] == ["65536", "", "make"]


def test_rlimit_is_not_used_on_the_host_where_it_counts_other_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing_enforces(monkeypatch)
    found = asyncio.run(enforce_limits(ResourceLimits(memory_limit_mb=64), sandboxed=False, best_effort=True))
    assert (dict(found.methods), list(found.missing)) == ({}, ["memory"])


def test_limit_must_be_positive() -> None:
    with pytest.raises(UsageError, match="the process limit is 0, and must be more than 0"):
        asyncio.run(enforce_limits(ResourceLimits(pid_limit=0), sandboxed=True, best_effort=True))


def test_group_of_version_2_needs_the_controller_enabled(tmp_path: Path) -> None:
    own = tmp_path / "slice" / "scope"
    own.mkdir(parents=True)
    for folder, enabled in ((own, ""), (own.parent, "memory pids")):
        (folder / "cgroup.procs").write_text("")
        (folder / "cgroup.subtree_control").write_text(enabled)
    found = [Hierarchy(version=2, mount=str(tmp_path), own=str(own))]
    assert [group_parent(found, 2, name) for name in ("memory", "cpus", "pids")] == [
        str(own.parent),
        "",
        str(own.parent),
    ]
    assert group_parent(found, 1, "memory") == ""
