"""Run commands that end when this program ends, and only one program at a time on one folder."""

import asyncio
import fcntl
import os
import sys
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TETHER = Path(__file__).with_name("tether.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended."""

    status: int
    output: bytes
    errors: bytes


@contextmanager
def exclusive(folder: Path) -> Generator[int]:
    """Lock a folder, and return the descriptor that holds the lock.

    Each command inherits it. So after a run was killed, the next one waits here until the commands of that run have
    ended.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock
    finally:
        os.close(lock)


async def execute(*command: str, lock: int, folder: str = "/", variables: Mapping[str, str] | None = None) -> Ended:
    """Run a command in a folder, with `variables` added to the environment. If this is cancelled, the command ends."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(TETHER), *command),
            cwd=folder,
            env={**os.environ, **(variables or {})},
            stdin=asyncio.subprocess.PIPE,
            stdout=output,
            stderr=errors,
            pass_fds=[lock],
            start_new_session=True,  # a Ctrl-C reaches this program alone, which then ends its commands
        )
        assert process.stdin is not None
        try:
            status = await process.wait()
        finally:
            process.stdin.close()
            await process.wait()
        output.seek(0)
        errors.seek(0)
        return Ended(status=status, output=output.read(), errors=errors.read())
