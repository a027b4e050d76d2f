"""500 commits of a tree of 20 objects, killed at random instants while a second process reads: never a mixture."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from wtc.artifacts import FilesystemMountDriver

ROOT = Path(__file__).parents[2]
COMMITS_OF_A_SEED = 125


def started(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.artifacts.kill", *arguments],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.fixture
def folder() -> Iterator[str]:
    """A folder in memory where the system has such: what a killed process has written stays written, without a disk."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as folder:
        yield folder


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_neither_the_next_sync_nor_a_reader_sees_a_mixture_of_two_commits(folder: str, seed: int) -> None:
    with started("read", folder) as reader, started("write", folder, str(seed), str(COMMITS_OF_A_SEED)) as writer:
        written, write_errors = writer.communicate()
        read, read_errors = reader.communicate()
    assert writer.returncode == 0, write_errors
    assert reader.returncode == 0, read_errors
    made, lost = map(int, written.split())
    assert made + lost == COMMITS_OF_A_SEED
    # Else the kills came too early or too late to prove anything.
    assert made > 0
    assert lost > 0
    assert int(read) > 0
    names = [one.name() for one in FilesystemMountDriver().mount(folder).ls()]
    assert names == ["four", "one", "three", "two"]
