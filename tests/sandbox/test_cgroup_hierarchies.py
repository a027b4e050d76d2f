"""Where the kernel's control groups are, and how they hold limits."""

import pytest

from wtc.sandbox.cgroup_hierarchies import (
    Hierarchy,
    candidate_folders,
    limit_settings,
    parse_hierarchies,
    wanted_limits,
)
from wtc.sandbox.limits import ResourceLimits

V1_CGROUP = "4:memory:/job/1\n2:cpu,cpuacct:/\n1:name=systemd:/\n0::/\n"
V1_MOUNTS = """\
27 1 254:0 / / rw - ext4 /dev/vda rw
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:7 - cgroup cgroup rw,cpu,cpuacct
40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
"""


def test_version_1_has_a_hierarchy_for_each_mount() -> None:
    assert [(one.version, sorted(one.controllers), one.own) for one in parse_hierarchies(V1_CGROUP, V1_MOUNTS)] == [
        (1, ["memory"], "/sys/fs/cgroup/memory/job/1"),
        (1, ["cpu", "cpuacct"], "/sys/fs/cgroup/cpu,cpuacct"),
        (1, ["name=systemd"], "/sys/fs/cgroup/systemd"),
        (2, [], "/sys/fs/cgroup/unified"),
    ]


@pytest.mark.parametrize(
    ("root", "path", "own"),
    [
        ("/", "/user.slice/a.scope", "/sys/fs/cgroup/user.slice/a.scope"),
        ("/docker/1", "/docker/1/x", "/sys/fs/cgroup/x"),
        ("/docker/1", "/docker/1", "/sys/fs/cgroup"),
        ("/docker/1", "/docker/12", None),
        ("/docker/1", "/elsewhere", None),
    ],
)
def test_own_group_is_found_below_what_is_mounted(root: str, path: str, own: str | None) -> None:
    found = parse_hierarchies(f"0::{path}\n", f"41 31 0:38 {root} /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n")
    assert [one.own for one in found] == ([own] if own else [])


def test_group_of_version_2_is_created_beside_one_with_processes() -> None:
    own = Hierarchy(version=2, mount="/c", own="/c/user.slice/a.scope")
    assert list(candidate_folders(own)) == ["/c/user.slice/a.scope", "/c/user.slice"]
    assert list(candidate_folders(Hierarchy(version=2, mount="/c", own="/c"))) == ["/c"]
    assert list(candidate_folders(Hierarchy(version=1, mount="/c", own="/c/a"))) == ["/c/a"]


@pytest.mark.parametrize(
    ("version", "name", "value", "written"),
    [
        (1, "memory", 1 << 30, "memory.limit_in_bytes=1073741824 memory.memsw.limit_in_bytes=1073741824"),
        (1, "cpus", 150, "cpu.cfs_period_us=100000 cpu.cfs_quota_us=150000"),
        (1, "pids", 200, "pids.max=200"),
        (2, "memory", 1 << 30, "memory.max=1073741824 memory.swap.max=0 memory.oom.group=1"),
        (2, "cpus", 150, "cpu.max=150000 100000"),
        (2, "pids", 200, "pids.max=200"),
    ],
)
def test_limit_is_written_as_the_version_has_it(version: int, name: str, value: int, written: str) -> None:
    assert " ".join(f"{file}={content}" for file, content, _ in limit_settings(version, name, value)) == written


def test_only_limits_that_are_set_are_wanted() -> None:
    assert wanted_limits(None) == {}
    assert wanted_limits(ResourceLimits(memory_limit_mb=2, pid_limit=3)) == {"memory": 2097152, "pids": 3}
