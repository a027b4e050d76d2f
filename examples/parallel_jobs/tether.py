"""Run a command that ends when its starter ends, even if the starter is killed.

    tether.py COMMAND...

Standard input is a pipe whose other end the starter holds. The kernel closes that end when the starter ends, however it
does. The command then gets SIGTERM, and SIGKILL if it still runs `PATIENCE_S` later. The exit status is the command's,
128 + N if signal N ended it.
"""

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress

PATIENCE_S = 10


def main(command: list[str]) -> int:
    """Run the command in its own process group, and return its exit status."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, process_group=0)
    threading.Thread(target=end_with_starter, args=[child], daemon=True).start()
    status = child.wait()
    return status if status >= 0 else 128 - status


def end_with_starter(child: "subprocess.Popen[bytes]") -> None:
    """Wait until the starter closes its end of the pipe, then end the command and all processes of its group."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            child.wait(PATIENCE_S)
        os.killpg(child.pid, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
