"""Read the usage of containers from the control groups of this machine's kernel, as the engine does.

The name of a control group has its container's id, which is unique, so a group that is found is the container's. For
other containers (of a remote engine, of one in a virtual machine, or with another parent group) only the engine has the
numbers. Source: the kernel's documentation, `cgroup-v1/memory`, `cgroup-v1/cpuacct` and `cgroup-v2`; the groups' names
are those of Docker's drivers, `cgroupfs` and `systemd`, the latter also in rootless mode.
"""

import contextlib
import os
import re
from collections.abc import Callable, Iterable
from time import time

from wtc.dataclass import dataclass
from wtc.model.usage import CpuTime, Sample
from wtc.static_typing import Self

ROOT = "/sys/fs/cgroup"
_INACTIVE_V1 = rb"(?m)^total_inactive_file (\d+)"
_INACTIVE_V2 = rb"(?m)^inactive_file (\d+)"
_USED_V2 = rb"(?m)^usage_usec (\d+)"
_ID_LENGTH = 64
_MAX_BYTES = 1 << 16
"""The largest size to read of a file, in bytes; all of them are shorter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Version:
    """The files of one version of control groups. Folders are relative to the root, `""` for the root itself."""

    memory: str
    usage: str
    limit: str
    inactive: bytes
    cpu: str
    cpu_file: str
    cpu_ns: Callable[[bytes], int]


_V1 = _Version(
    memory="memory",
    usage="memory.usage_in_bytes",
    limit="memory.limit_in_bytes",
    inactive=_INACTIVE_V1,
    cpu="cpuacct",
    cpu_file="cpuacct.usage",
    cpu_ns=int,
)
_V2 = _Version(
    memory="",
    usage="memory.current",
    limit="memory.max",
    inactive=_INACTIVE_V2,
    cpu="",
    cpu_file="cpu.stat",
    cpu_ns=lambda content: _first_number(_USED_V2, content) * 1000,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cgroups:
    """The control groups of a machine. `parents`: (folder, prefix, suffix), with an id between prefix and suffix."""

    root: str
    version: _Version
    parents: tuple[tuple[str, str, str], ...]

    @classmethod
    def of(cls, root: str = ROOT, *, user: int | None = None) -> Self:
        """Find the control groups below `root`. `user`: the owner of a rootless engine, by default the current user."""
        user = os.getuid() if user is None else user
        version = _V2 if os.path.exists(f"{root}/cgroup.controllers") else _V1
        parents = (
            ("docker", "", ""),
            ("system.slice", "docker-", ".scope"),
            (f"user.slice/user-{user}.slice/user@{user}.service/user.slice", "docker-", ".scope"),
        )
        existing = tuple(each for each in parents if os.path.isdir(os.path.join(root, version.cpu, each[0])))
        return cls(root=root, version=version, parents=existing)

    def cpu_times(self) -> dict[str, CpuTime]:
        """Return container id -> CPU time used so far, of all containers, also those that are not wtc's."""
        found: dict[str, CpuTime] = {}
        for folder, before, after in self.parents:
            with contextlib.suppress(OSError):
                for name in os.listdir(os.path.join(self.root, self.version.cpu, folder)):
                    one = name.removeprefix(before).removesuffix(after)
                    if len(one) == _ID_LENGTH:
                        with contextlib.suppress(OSError, ValueError):
                            found[one] = self._cpu(f"{folder}/{name}")
        return found

    def samples(self, ids: Iterable[str]) -> dict[str, Sample]:
        """Return container id -> current usage, of the containers that have a group here."""
        found: dict[str, Sample] = {}
        for one in ids:
            for folder, before, after in self.parents:
                with contextlib.suppress(OSError, ValueError):
                    found[one] = self._sample(f"{folder}/{before}{one}{after}")
                    break
        return found

    def _sample(self, group: str) -> Sample:
        version = self.version
        folder = os.path.join(self.root, version.memory, group)
        usage = int(_read(f"{folder}/{version.usage}"))
        limit = _read(f"{folder}/{version.limit}").strip()
        inactive = _first_number(version.inactive, _read(f"{folder}/memory.stat"))
        return Sample(
            cpu=self._cpu(group),
            memory_bytes=working_set(usage, inactive),
            limit_bytes=0 if limit == b"max" else int(limit),
        )

    def _cpu(self, group: str) -> CpuTime:
        version = self.version
        content = _read(os.path.join(self.root, version.cpu, group, version.cpu_file))
        return CpuTime(read_s=time(), used_ns=version.cpu_ns(content))


def working_set(usage_bytes: int, inactive_bytes: int) -> int:
    """Return the usage without the inactive file cache, as `docker stats`; ignore a cache as large as the usage."""
    return usage_bytes - inactive_bytes if inactive_bytes < usage_bytes else usage_bytes


def _read(path: str) -> bytes:
    opened = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(opened, _MAX_BYTES)
    finally:
        os.close(opened)


def _first_number(pattern: bytes, content: bytes) -> int:
    found = re.search(pattern, content)
    if found is None:
        raise ValueError(pattern)
    return int(found[1])
