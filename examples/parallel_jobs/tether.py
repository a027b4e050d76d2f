"""Run a command that ends when its starter ends, even if the starter is killed.

    tether.py COMMAND...

Standard input is a pipe whose other end the starter holds. The kernel closes that end when the starter ends, however it
does. The command and the processes of its group are then killed. The exit status is the command's, 128 + N if signal N
ended it.
"""

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress


def main(command: list[str]) -> int:
    """Run the command in its own process group, and return its exit status."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, process_group=0)
    threading.Thread(target=end_with_starter, args=[child.pid], daemon=True).start()
    status = child.wait()
    return status if status >= 0 else 128 - status


def end_with_starter(group: int) -> None:
    """Wait until the starter closes its end of the pipe, then kill the processes of a group."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
