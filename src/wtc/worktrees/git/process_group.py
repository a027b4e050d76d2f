"""End a command together with the processes that it started: all of them are in its process group."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress

_TERMINATE_S = 10.0
"""How long the group may take to remove its lock files after SIGTERM."""
_KILL_S = 1.0
"""How long the group may take to end after SIGKILL."""
_POLL_S = 0.01


def end_group(group: int, reap: Callable[[], object] | None = None) -> None:
    """Terminate the group, and kill what does not end. Return when none of its processes runs.

    `reap` is called during the wait, for a leader that nothing else waits for.
    """
    for number, limit_s in ((signal.SIGTERM, _TERMINATE_S), (signal.SIGKILL, _KILL_S)):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)
        limit = time.monotonic() + limit_s
        while time.monotonic() < limit:
            if reap:
                reap()
            if not _is_running(group):
                return
            time.sleep(_POLL_S)


def _is_running(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        # Source: kill(2). macOS refuses a signal to a group that has only zombies.
        return False
    try:
        pids = [name for name in os.listdir("/proc") if name.isdigit()]
    except FileNotFoundError:
        return True
    return any(_is_member(pid, group) for pid in pids)


def _is_member(pid: str, group: int) -> bool:
    """Return whether the process runs in the group. A zombie does not run: its parent may never wait for it."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            state, _, its_group = file.read().rpartition(b")")[2].split()[:3]
    except (OSError, ValueError):
        return False
    return state != b"Z" and int(its_group) == group
