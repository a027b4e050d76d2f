"""The processes of a sandbox: bubblewrap, its child (the first process inside), and that one's child (the command).

Source: proc(5), `/proc/PID/task/TID/children`.
"""

import contextlib
import os
import signal


def command_pid(bubblewrap: int) -> int:
    """Return the process of the command; 0 if it has not started yet."""
    first = next(iter(_children(bubblewrap)), 0)
    return next(iter(_children(first)), 0)


def kill_sandbox(bubblewrap: int) -> None:
    """Kill bubblewrap and everything inside.

    If bubblewrap dies before the first process has asked to die with it, that one lives on. So bubblewrap is stopped
    first and cannot start it any more, and the first process is killed, which ends all others.
    """
    with contextlib.suppress(ProcessLookupError, ChildProcessError):
        os.kill(bubblewrap, signal.SIGSTOP)
        os.waitid(os.P_PID, bubblewrap, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        for pid in _children(bubblewrap):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        os.kill(bubblewrap, signal.SIGKILL)


def _children(pid: int) -> list[int]:
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []
