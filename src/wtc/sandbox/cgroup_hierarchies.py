"""Where this process is in the kernel's control groups, and which settings hold a limit there. Pure.

Source: the kernel's documentation, `cgroup-v1` and `cgroup-v2`; proc(5), cgroups(7).
"""

import posixpath
from collections.abc import Iterable, Mapping

from wtc.dataclass import dataclass
from wtc.sandbox.limits import ResourceLimits

PERIOD_US = 100_000
CONTROLLERS = {"memory": "memory", "cpus": "cpu", "pids": "pids"}
"""Limit -> the controller that enforces it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hierarchy:
    """A mounted hierarchy. `controllers` is empty for version 2, which lists them in its folders."""

    version: int
    controllers: frozenset[str] = frozenset()
    mount: str
    own: str
    """The folder of the group that this process is in."""


def wanted_limits(limits: ResourceLimits | None) -> dict[str, int]:
    """Return limit -> bytes of `memory`, percent of `cpus`, number of `pids`; only those that are set."""
    if limits is None:
        return {}
    memory = None if limits.memory_limit_mb is None else limits.memory_limit_mb << 20
    values = {"memory": memory, "cpus": limits.cpu_quota_percent, "pids": limits.pid_limit}
    return {name: value for name, value in values.items() if value is not None}


def parse_hierarchies(cgroup: str, mountinfo: str) -> tuple[Hierarchy, ...]:
    """Return the hierarchies from the contents of `/proc/self/cgroup` and `/proc/self/mountinfo`."""
    own = _own_paths(cgroup)
    found: list[Hierarchy] = []
    for line in mountinfo.splitlines():
        fields, _, rest = line.partition(" - ")
        words, kind = fields.split(" "), rest.split(" ")
        if len(words) < 5 or len(kind) < 3 or kind[0] not in {"cgroup", "cgroup2"}:
            continue
        options = frozenset(kind[2].split(","))
        # The options of a mount name its controllers; version 2 has none.
        controllers = frozenset(name for name in options if name in own) if kind[0] == "cgroup" else frozenset[str]()
        path = next((own[name] for name in (controllers or {""}) if name in own), None)
        root, mount = words[3], words[4]
        if path is None or not (root == "/" or f"{path}/".startswith(f"{root}/")):
            continue
        inside = path if root == "/" else path[len(root) :]
        version = 2 if kind[0] == "cgroup2" else 1
        folder = posixpath.normpath(f"{mount}/{inside}")
        found.append(Hierarchy(version=version, controllers=controllers, mount=mount, own=folder))
    return tuple(one for one in found if one.version == 2 or one.controllers)


def _own_paths(cgroup: str) -> Mapping[str, str]:
    """Return controller -> the path of this process's group; version 2 is the empty name."""
    paths: dict[str, str] = {}
    for line in cgroup.splitlines():
        _, names, path = line.split(":", 2)
        paths |= dict.fromkeys(names.split(","), path)
    return paths


def candidate_folders(hierarchy: Hierarchy) -> Iterable[str]:
    """Return the folders in which a group may be created, the best first.

    In version 2, a group with processes cannot have groups with controllers, so it is created beside it.
    """
    if hierarchy.version == 1 or hierarchy.own == hierarchy.mount:
        return (hierarchy.own,)
    return (hierarchy.own, posixpath.dirname(hierarchy.own))


def limit_settings(version: int, name: str, value: int) -> tuple[tuple[str, str, bool], ...]:
    """Return file, content and whether the file must exist, in the order in which they are written.

    Swap counts as memory, where the kernel accounts for it. On version 2, an exhausted group dies as a whole.
    """
    quota_us = value * PERIOD_US // 100
    match version, name:
        case 1, "memory":
            return ("memory.limit_in_bytes", str(value), True), ("memory.memsw.limit_in_bytes", str(value), False)
        case 1, "cpus":
            return ("cpu.cfs_period_us", str(PERIOD_US), True), ("cpu.cfs_quota_us", str(quota_us), True)
        case 2, "memory":
            return ("memory.max", str(value), True), ("memory.swap.max", "0", False), ("memory.oom.group", "1", False)
        case 2, "cpus":
            return (("cpu.max", f"{quota_us} {PERIOD_US}", True),)
        case _:
            return (("pids.max", str(value), True),)


def limit_event_file(version: int, name: str) -> tuple[str, str]:
    """Return the file that counts how often the limit stopped a process, and the key in it; empty if none does."""
    match version, name:
        case 1, "memory":
            return "memory.oom_control", "oom_kill"
        case 2, "memory":
            return "memory.events", "oom_kill"
        case _, "pids":
            return "pids.events", "max"
        case _:
            return "", ""
