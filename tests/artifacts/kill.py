"""The programs of test_kill: `write FOLDER SEED COMMITS` kills commits at random instants, `read FOLDER` reads.

The instants follow how long a commit takes now, which depends on what else the machine does. Each commit gives the 20
objects of a tree one number. Both programs fail as soon as they see two numbers.
"""

import os
import random
import select
import signal
import sys
import time
from dataclasses import dataclass

from wtc.artifacts import BaseMounter, DataclassArtifact, FilesystemMountDriver, LayoutAnchor, Worktree


@dataclass(frozen=True)
class Marked:
    number: int = 0
    padding: str = ""


class Five(LayoutAnchor):
    a: DataclassArtifact[Marked]
    b: DataclassArtifact[Marked]
    c: DataclassArtifact[Marked]
    d: DataclassArtifact[Marked]
    e: DataclassArtifact[Marked]

    def artifacts(self) -> list[DataclassArtifact[Marked]]:
        return [self.a, self.b, self.c, self.d, self.e]


class Twenty(Worktree):
    one: Five
    two: Five
    three: Five
    four: Five

    def mark(self, number: int) -> None:
        """Give all objects this number, in memory; their length depends on it, too."""
        for five in (self.one, self.two, self.three, self.four):
            for artifact in five.artifacts():
                artifact.update(number=number, padding="x" * (number * 37 % 5000))

    def marked(self) -> int:
        """Return the number that all objects have."""
        artifacts = [one for five in (self.one, self.two, self.three, self.four) for one in five.artifacts()]
        values = {artifact.value() for artifact in artifacts}
        assert len(values) == 1, f"mixed: {sorted(value.number for value in values)}"
        (value,) = values
        assert len(value.padding) == value.number * 37 % 5000
        return value.number


def mount(folder: str) -> Twenty:
    return BaseMounter(FilesystemMountDriver().mount(folder)).mount(Twenty)


def write(folder: str, seed: int, commits: int) -> None:
    """Print how many of the commits were made in the end, and how many were not."""
    rng = random.Random(seed)
    tree = mount(folder)
    started = time.monotonic()
    for _ in range(5):
        commit(tree, tree.marked() + 1)
    typical_s = (time.monotonic() - started) / 5
    made = 0
    for _ in range(commits):
        before = tree.marked()
        child = os.fork()
        if child == 0:
            commit(tree, before + 1)
            os._exit(0)
        time.sleep(rng.uniform(0, 1.3 * typical_s))
        os.kill(child, signal.SIGKILL)
        finished = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        typical_s *= 0.9 if finished else 1.05
        tree.sync()
        after = tree.marked()
        assert after in ({before + 1} if finished else {before, before + 1})
        made += after - before
    print(made, commits - made)


def commit(tree: Twenty, number: int) -> None:
    tree.mark(number)
    tree.commit()


def read(folder: str) -> None:
    """Read until the standard input ends; print how often."""
    tree = mount(folder)
    reads = last = 0
    while not select.select([sys.stdin], [], [], 0)[0]:
        tree.sync()
        number = tree.marked()
        assert number >= last, f"{number} after {last}"
        last = number
        reads += 1
    print(reads)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["write", folder, seed, commits]:
            write(folder, int(seed), int(commits))
        case ["read", folder]:
            read(folder)
        case arguments:
            sys.exit(f"unknown arguments: {arguments}")
