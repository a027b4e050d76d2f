"""Run a function in a private mount namespace, so that a test can mount without an effect on the host."""

import ctypes
import functools
import os
import pickle
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

import pytest

from wtc.worktrees import identity_facts

_CLONE_NEWNS = 0x20000
Answer = TypeVar("Answer")


def mount(*arguments: str | Path) -> None:
    subprocess.run(["mount", *map(str, arguments)], check=True, capture_output=True)


def unmount(path: Path) -> None:
    subprocess.run(["umount", str(path)], check=True, capture_output=True)
    identity_facts._mount_points.cache_clear()


def tmpfs(path: Path) -> None:
    mount("-t", "tmpfs", "tmpfs", path)
    identity_facts._mount_points.cache_clear()


def bind(source: Path, path: Path) -> None:
    mount("--bind", source, path)
    identity_facts._mount_points.cache_clear()


@functools.cache
def can_mount() -> bool:
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    return subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode == 0


def in_private_mounts(work: Callable[[], Answer]) -> Answer:
    """Run `work` in a child process, with which its mounts end, and return its result."""
    if not can_mount():
        pytest.skip("needs the right to mount")
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            assert ctypes.CDLL(None).unshare(_CLONE_NEWNS) == 0
            mount("--make-rprivate", "/")
            answer: object = work()
        except BaseException:  # noqa: BLE001 - the parent reports every exception
            answer = AssertionError(traceback.format_exc())
        with os.fdopen(writer, "wb") as file:
            pickle.dump(answer, file)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as file:
        answer = pickle.load(file)
    os.waitpid(child, 0)
    if isinstance(answer, AssertionError):
        raise answer
    return cast("Answer", answer)
