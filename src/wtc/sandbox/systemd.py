"""A systemd scope that enforces limits, where systemd runs and has the controllers.

Source: systemd.resource-control(5).
"""

import os
import shutil
from collections.abc import Mapping

from wtc.sandbox.cgroup_hierarchies import PERIOD_US, limit_settings

_RUNNING = "/run/systemd/system"
_SHOW = 'IFS= read -r line </proc/self/cgroup; cd "/sys/fs/cgroup${line#0::}" && head -n 1 memory.max cpu.max pids.max'
"""Prints the limits of the group that it runs in. Only version 2 has these files."""
_LIMIT_S = 10.0


def scope_command(values: Mapping[str, int], *, as_root: bool) -> list[str]:
    """Return the command that runs what follows it in a scope with the limits. Pure."""
    command = ["systemd-run", *([] if as_root else ["--user"]), "--scope", "--quiet", "--collect"]
    for name, value in values.items():
        for one in _properties(name, value):
            command += ["--property", one]
    return [*command, "--"]


def _properties(name: str, value: int) -> tuple[str, ...]:
    match name:
        case "memory":
            return f"MemoryMax={value}", "MemorySwapMax=0"
        case "cpus":
            return f"CPUQuota={value}%", f"CPUQuotaPeriodSec={PERIOD_US // 1000}ms"
        case _:
            return (f"TasksMax={value}",)


def is_enforced(shown: str, values: Mapping[str, int]) -> bool:
    """Return whether the limits that a scope printed are the wanted ones. Pure."""
    lines = set(shown.splitlines())
    return all(limit_settings(2, name, value)[0][1] in lines for name, value in values.items())


async def can_enforce(values: Mapping[str, int], *, as_root: bool) -> bool:
    """Return whether systemd can create a scope here whose limits the kernel enforces: try it with a real one."""
    import asyncio

    if not os.path.isdir(_RUNNING) or shutil.which("systemd-run") is None:
        return False
    process = await asyncio.create_subprocess_exec(
        *scope_command(values, as_root=as_root),
        "/bin/sh",
        "-c",
        _SHOW,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        shown, _ = await asyncio.wait_for(process.communicate(), _LIMIT_S)
    except TimeoutError:
        process.kill()
        await process.wait()
        return False
    return is_enforced(os.fsdecode(shown), values)
