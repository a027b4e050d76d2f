"""What containers use, read where the kernel of this machine accounts for it, as the engine itself reads it.

A control group bears its container's id, which no other container anywhere has: what is found is the container's. What
is not found (of an engine on another machine or in a virtual one, or with a parent group of its own) the engine has to
be asked for. Source: the kernel's documentation, `cgroup-v1/memory`, `cgroup-v1/cpuacct` and `cgroup-v2`; the groups'
names are those of Docker's two drivers, `cgroupfs` and `systemd`, the latter also without root.
"""

import contextlib
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import time
from typing import Self

from wtc.model.usage import CpuTime, Sample

ROOT = "/sys/fs/cgroup"
_INACTIVE_V1 = re.compile(rb"^total_inactive_file (\d+)", re.MULTILINE)
_INACTIVE_V2 = re.compile(rb"^inactive_file (\d+)", re.MULTILINE)
_USED_V2 = re.compile(rb"^usage_usec (\d+)", re.MULTILINE)
_ID_LENGTH = 64
_MOST = 1 << 16
"""No file of these is as long, in bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Version:
    """How one version of the control groups keeps the numbers. The folders are below the root, `""` for itself."""

    memory: str
    usage: str
    limit: str
    inactive: re.Pattern[bytes]
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
    """The control groups of a machine, if it has any. `parents`: folder, and what is around a container's id there."""

    root: str
    version: _Version
    parents: tuple[tuple[str, str, str], ...]

    @classmethod
    def of(cls, root: str = ROOT, *, user: int | None = None) -> Self:
        """Those below `root`. `user` is the one whose engine without root is looked for, else who runs this."""
        user = os.getuid() if user is None else user
        version = _V2 if os.path.exists(f"{root}/cgroup.controllers") else _V1
        parents = (
            ("docker", "", ""),
            ("system.slice", "docker-", ".scope"),
            (f"user.slice/user-{user}.slice/user@{user}.service/user.slice", "docker-", ".scope"),
        )
        there = tuple(each for each in parents if os.path.isdir(os.path.join(root, version.cpu, each[0])))
        return cls(root=root, version=version, parents=there)

    def cpu_times(self) -> dict[str, CpuTime]:
        """Container id -> what it has used up of processors by now, of all containers, wtc's own or not."""
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
        """Container id -> its use now, of those of these whose groups are here."""
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
    """Usage without the file cache that is given up first, as `docker stats` has it; a cache of all is not believed."""
    return usage_bytes - inactive_bytes if inactive_bytes < usage_bytes else usage_bytes


def _read(path: str) -> bytes:
    opened = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(opened, _MOST)
    finally:
        os.close(opened)


def _first_number(pattern: re.Pattern[bytes], content: bytes) -> int:
    found = pattern.search(content)
    if found is None:
        raise ValueError(pattern.pattern)
    return int(found[1])
