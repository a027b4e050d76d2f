"""Which mechanism enforces each limit: a systemd scope, else control groups, else rlimits."""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from wtc.dataclass import dataclass
from wtc.errors import UsageError, WtcError
from wtc.sandbox.cgroup_hierarchies import Hierarchy, wanted_limits
from wtc.sandbox.cgroups import (
    ControlGroup,
    create_group,
    group_parent,
    new_group_name,
    own_hierarchies,
    remove_groups,
    remove_stale_groups,
)
from wtc.sandbox.limits import ResourceLimits
from wtc.sandbox.systemd import can_enforce

_NAMES = {"memory": "the memory limit", "cpus": "the processor limit", "pids": "the process limit"}


class Method(StrEnum):
    """What enforces a limit."""

    SYSTEMD = "systemd scope"
    CGROUP_V2 = "cgroup v2"
    CGROUP_V1 = "cgroup v1"
    RLIMIT = "rlimit"
    """Weaker: `memory` limits the address space of each process, `pids` counts by user within the sandbox."""


class LimitsNotEnforcedError(WtcError):
    """Something cannot be limited on this machine."""

    code = "limits_not_enforced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enforcement:
    """How the limits of one sandbox are enforced."""

    values: Mapping[str, int]
    """`memory` in bytes, `cpus` in percent of one processor, `pids`: those that are wanted."""
    methods: Mapping[str, Method]
    """Limit -> what enforces it."""
    missing: Mapping[str, str]
    """Limit -> why nothing enforces it. Empty unless the caller asked for best effort."""
    groups: tuple[ControlGroup, ...] = ()
    as_root: bool = False

    def limited_by(self, method: Method) -> dict[str, int]:
        """Return the limits that the method enforces, with their values."""
        return {name: value for name, value in self.values.items() if self.methods.get(name) == method}


async def enforce_limits(limits: ResourceLimits | None, *, sandboxed: bool, best_effort: bool) -> Enforcement:
    """Find what enforces each limit, and create the control groups. The caller removes them with `remove_groups`.

    Raises:
        UsageError: a limit is not positive.
        LimitsNotEnforcedError: nothing enforces a limit, and `best_effort` is false.
    """
    values = wanted_limits(limits)
    for name, value in values.items():
        if value <= 0:
            raise UsageError(f"{_NAMES[name]} is {value}, and must be more than 0")
    as_root = os.geteuid() == 0
    found = own_hierarchies()
    remove_stale_groups(found)
    if values and await can_enforce(values, as_root=as_root):
        methods = dict.fromkeys(values, Method.SYSTEMD)
        return Enforcement(values=values, methods=methods, missing={}, as_root=as_root)
    methods, groups, missing = _create_groups(values, found)
    for name in list(missing):
        if sandboxed and has_rlimit(name, as_root=as_root, platform=sys.platform):
            methods[name] = Method.RLIMIT
            del missing[name]
    if missing and not best_effort:
        await remove_groups(groups)
        raise _not_enforced(missing)
    return Enforcement(values=values, methods=methods, missing=missing, groups=groups, as_root=as_root)


def has_rlimit(name: str, *, as_root: bool, platform: str) -> bool:
    """Return whether an rlimit can hold the limit in a sandbox. Pure.

    None limits a share of processors. The kernel exempts root from the limit of processes. Source: setrlimit(2).
    """
    return platform == "linux" and (name == "memory" or (name == "pids" and not as_root))


def _create_groups(
    values: Mapping[str, int], found: Sequence[Hierarchy]
) -> tuple[dict[str, Method], tuple[ControlGroup, ...], dict[str, str]]:
    """Return the limits that control groups enforce, the groups, and limit -> why they do not enforce it."""
    name = new_group_name()
    places: dict[tuple[str, int], dict[str, int]] = {}
    missing: dict[str, str] = {}
    for limit, value in values.items():
        place = next(((folder, v) for v in (2, 1) if (folder := group_parent(found, v, limit))), None)
        if place is None:
            missing[limit] = "no control group can be created here" if found else "this system has no control groups"
        else:
            places.setdefault(place, {})[limit] = value
    methods: dict[str, Method] = {}
    groups: list[ControlGroup] = []
    for (folder, version), held in places.items():
        try:
            groups.append(create_group(folder, version, held, name))
        except OSError as error:
            missing |= dict.fromkeys(held, f"the control group cannot be created in `{folder}`: {_reason(error)}")
        else:
            methods |= dict.fromkeys(held, Method.CGROUP_V2 if version == 2 else Method.CGROUP_V1)
    return methods, tuple(groups), missing


def limit_names(names: Iterable[str]) -> str:
    """Return limits as they appear in a message. Pure."""
    *first, last = (_NAMES[name] for name in names)
    return f"{', '.join(first)} and {last}" if first else last


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _not_enforced(missing: Mapping[str, str]) -> LimitsNotEnforcedError:
    return LimitsNotEnforcedError(
        f"{limit_names(missing)} cannot be enforced here",
        causes=list(dict.fromkeys(missing.values())),
        hints=["to run the command with the limits that can be enforced, add `--best-effort`"],
    )
