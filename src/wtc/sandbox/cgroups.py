"""Control groups of a sandbox: create, count, remove."""

import contextlib
import os
import re
import secrets
import signal
from collections.abc import Iterable, Sequence

from wtc.dataclass import dataclass
from wtc.sandbox.cgroup_hierarchies import (
    CONTROLLERS,
    Hierarchy,
    candidate_folders,
    limit_event_file,
    limit_settings,
    parse_hierarchies,
)

_PREFIX = "wtc-sandbox-"
_NAME = re.compile(rf"{_PREFIX}(\d+)-[0-9a-f]+")
_REMOVE_S = 10.0
_POLL_S = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlGroup:
    """A group that holds one or more limits."""

    version: int
    folder: str
    limits: tuple[str, ...]

    @property
    def processes(self) -> str:
        """The file to which a process writes `0` to join."""
        return os.path.join(self.folder, "cgroup.procs")


def own_hierarchies() -> tuple[Hierarchy, ...]:
    """Return the hierarchies that this process is in; none on a system without control groups."""
    try:
        with (
            open("/proc/self/cgroup", encoding="utf-8") as own,
            open("/proc/self/mountinfo", encoding="utf-8") as mounts,
        ):
            return parse_hierarchies(own.read(), mounts.read())
    except OSError:
        return ()


def group_parent(found: Sequence[Hierarchy], version: int, name: str) -> str:
    """Return the folder in which a group that enforces the limit can be created; empty if none is found."""
    controller = CONTROLLERS[name]
    for hierarchy in found:
        if hierarchy.version != version or (version == 1 and controller not in hierarchy.controllers):
            continue
        for folder in candidate_folders(hierarchy):
            if _may_create(folder) and (version == 1 or controller in _enabled(folder)):
                return folder
    return ""


def create_group(folder: str, version: int, values: dict[str, int], name: str) -> ControlGroup:
    """Create a group in `folder` with the limits `values`.

    Raises:
        OSError: the kernel refuses; nothing stays behind.
    """
    group = ControlGroup(version=version, folder=os.path.join(folder, name), limits=tuple(values))
    os.mkdir(group.folder)
    try:
        for limit, value in values.items():
            for file, content, required in limit_settings(version, limit, value):
                path = os.path.join(group.folder, file)
                if required or os.path.exists(path):
                    _write(path, content)
    except OSError:
        os.rmdir(group.folder)
        raise
    return group


def new_group_name() -> str:
    """Return a name for the groups of one sandbox. It has this process's id, so that leftovers are recognised."""
    return f"{_PREFIX}{os.getpid()}-{secrets.token_hex(4)}"


def count_limit_events(groups: Iterable[ControlGroup]) -> dict[str, int]:
    """Return limit -> how often it killed a process (`memory`) or refused one (`pids`)."""
    counts = {limit: _count(group, limit) for group in groups for limit in group.limits}
    return {limit: count for limit, count in counts.items() if count}


def _count(group: ControlGroup, limit: str) -> int:
    file, key = limit_event_file(group.version, limit)
    if not file:
        return 0
    try:
        lines = _read(os.path.join(group.folder, file)).splitlines()
    except OSError:
        return 0
    return next((int(count) for name, _, count in (line.partition(" ") for line in lines) if name == key), 0)


async def remove_groups(groups: Sequence[ControlGroup]) -> tuple[str, ...]:
    """Kill what is left in the groups and remove them.

    Returns: the folders that could not be removed.
    """
    import asyncio

    loop = asyncio.get_running_loop()
    end_s = loop.time() + _REMOVE_S
    left = [group.folder for group in groups]
    while left:
        for folder in left:
            _kill(folder)
        left = [folder for folder in left if not _removed(folder)]
        if left and loop.time() > end_s:
            break
        if left:
            await asyncio.sleep(_POLL_S)
    return tuple(left)


def remove_stale_groups(found: Sequence[Hierarchy]) -> None:
    """Remove empty groups of wtc processes that were killed. The kernel refuses for those with processes.

    All hierarchies are searched: the sandbox before had perhaps other limits.
    """
    for folder in (folder for hierarchy in found for folder in candidate_folders(hierarchy)):
        with contextlib.suppress(OSError):
            for name in os.listdir(folder):
                match = _NAME.fullmatch(name)
                if match and not os.path.exists(f"/proc/{match[1]}"):
                    _removed(os.path.join(folder, name))


def _kill(folder: str) -> None:
    with contextlib.suppress(OSError):
        for pid in map(int, _read(os.path.join(folder, "cgroup.procs")).split()):
            if pid > 0:  # a process of another namespace is shown as 0, which would mean this process's own group
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


def _removed(folder: str) -> bool:
    try:
        os.rmdir(folder)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _may_create(folder: str) -> bool:
    return os.access(folder, os.W_OK) and os.access(os.path.join(folder, "cgroup.procs"), os.W_OK)


def _enabled(folder: str) -> list[str]:
    try:
        return _read(os.path.join(folder, "cgroup.subtree_control")).split()
    except OSError:
        return []


def _read(path: str) -> str:
    with open(path, encoding="ascii") as file:
        return file.read()


def _write(path: str, content: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, content.encode())
    finally:
        os.close(descriptor)
