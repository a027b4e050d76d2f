"""A service that writes more than a pipe holds, and the pipe of a reader that does not read."""

import os
import select

from tests.e2e.harness import one_service

FLOOD = one_service(command="sh -c 'yes | head -c 500000; sleep 1000'")


def is_full(pipe: int) -> bool:
    """Whether a write into the pipe, of which this is the end to read from, would block."""
    end = os.open(f"/proc/self/fd/{pipe}", os.O_WRONLY | os.O_NONBLOCK)
    try:
        return not select.select([], [end], [], 0)[1]
    finally:
        os.close(end)
