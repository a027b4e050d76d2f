"""A program that runs one command after the other and measures each. Started by `measure.py`.

A child process inherits the peak memory of the process that forked it until then, so the commands are started by this
small process and not by the benchmark.

Standard input has one JSON array a line: arguments, folder, environment, file for standard error. The answer is one
line: exit status, wall seconds, processor seconds of the command and its children, peak memory of the largest in KiB.
"""

import json
import os
import signal
import sys
import time


def run(arguments: list[str], folder: str, environment: dict[str, str], errors: str) -> tuple[int, float, float, int]:
    os.chdir(folder)
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
    ]
    begin = time.perf_counter()
    # An ignored signal stays ignored in the command.
    pid = os.posix_spawn(arguments[0], arguments, environment, file_actions=actions, setsigdef=[signal.SIGINT])
    _, status, used = os.wait4(pid, 0)
    wall_s = time.perf_counter() - begin
    return os.waitstatus_to_exitcode(status), wall_s, used.ru_utime + used.ru_stime, used.ru_maxrss


if __name__ == "__main__":
    # Ctrl-C ends the command and the benchmark, which then closes standard input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for line in sys.stdin:
        print(json.dumps(run(*json.loads(line))), flush=True)
