"""Bring the stacks of several worktrees up and down with random faults, and report what is left.

    python -m tests.soak --rounds 1000

A round: `up` or `down` with a fault, then `up`, which has to succeed with the same ports and data. Every second round
ends with `down`, so that faults meet both states. In the end `clean --all` removes everything. The exit status is 1 if
a round failed or something is left.
"""

import argparse
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from typing import Any

import docker

from tests.e2e.harness import QUICK, Ended, Workshop, ports_of, write
from tests.soak.faults import ANY_STATUS, FaultyRun, run_with_fault
from tests.soak.leftovers import engine_objects, files_below, files_of_wtc, processes_of

KEPT_FILES = {"host-id", "registry.json", "registry.lock", "memory.lock"}
"""The files of an empty configuration folder that was in use."""
KEPT_IN_GIT = {"id", "lock", "git-writes"}
"""The files of wtc in the git folder of a worktree, beside the records of ids and moves."""
POOL = "10.216.0.0/16"


def compose_file(label: int) -> str:
    """Return two services, one of them built; another label makes another image."""
    return f"""\
services:
  web:
    {QUICK}
    command: sleep 1000
    ports: ["80", "443"]
    volumes: ["rows:/data"]
  app:
    build: {{dockerfile_inline: "FROM busybox:1.36\\nLABEL soak={label}\\n"}}
    init: true
    stop_grace_period: 0s
    command: sleep 1000
    ports: ["9000"]
    depends_on: [web]
volumes:
  rows: {{}}
"""


@dataclass(slots=True, kw_only=True)
class Figures:
    """What is counted; times are in seconds."""

    faults: Counter[str] = field(default_factory=Counter[str])
    statuses: Counter[int] = field(default_factory=Counter[int])
    failures: list[str] = field(default_factory=list[str])
    times_s: list[float] = field(default_factory=list[float])
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, faulty: FaultyRun, elapsed_s: float, failure: str) -> None:
        """Count a round."""
        with self.lock:
            self.faults[faulty.fault] += 1
            self.statuses[faulty.status] += 1
            self.times_s.append(elapsed_s)
            if failure:
                self.failures.append(failure)


class Soak:
    """The rounds of one worktree after another."""

    def __init__(self, workshop: Workshop, seed: int) -> None:
        self.workshop, self.seed, self.figures = workshop, seed, Figures()

    def rounds(self, folder: Path, number: int) -> None:
        """Make the rounds of one worktree."""
        chance = random.Random(f"{self.seed} {folder.name.rpartition('-')[0]}")
        first = self._state(self.workshop.wtc("up", "--json", cwd=folder))
        for at in range(number):
            started_s = time.monotonic()
            if chance.random() < 0.3:
                write(folder, {"compose.yaml": compose_file(chance.randint(1, 1000))})
            command = chance.choice([("up", "--json"), ("down", "-t", "0")])
            faulty = run_with_fault(self.workshop, folder, command, chance)
            failure = self._judge(folder, faulty, first) or (self._take_down(folder) if at % 2 else "")
            self.figures.add(faulty, time.monotonic() - started_s, failure and f"{folder.name} round {at}: {failure}")

    def _judge(self, folder: Path, faulty: FaultyRun, first: tuple[object, ...]) -> str:
        """Return why the round failed, or nothing."""
        up = self.workshop.wtc("up", "--json", cwd=folder, status=None)
        if faulty.status not in ANY_STATUS or "Traceback" in faulty.err:
            return f"{faulty.fault} ended with {faulty.status}: {faulty.err}"
        if up.status:
            return f"`up` after {faulty.fault} ended with {up.status}: {up.err}"
        if (state := self._state(up)) != first:
            return f"`up` after {faulty.fault} has {state}, and first had {first}"
        return ""

    def _take_down(self, folder: Path) -> str:
        down = self.workshop.wtc("down", "-t", "0", cwd=folder, status=None)
        return f"`down` ended with {down.status}: {down.err}" if down.status else ""

    def _state(self, up: Ended) -> tuple[object, ...]:
        """Return what must not change: namespace, host ports, and when the volume was created."""
        answer = up.json()
        volume = self.workshop.client.volumes.get(f"{answer['namespace']}_rows")
        return answer["namespace"], ports_of(answer["endpoints"]), volume.attrs["CreatedAt"]


def main() -> int:
    """Run the soak and print its figures; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--worktrees", type=int, default=10)
    parser.add_argument("--parallel", type=int, default=2, help="how many worktrees are used at once")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32), help="the same seed, the same faults")
    parser.add_argument("--alone", action="store_true", help="nothing else uses the engine: compare all its objects")
    given = parser.parse_args()
    client: Any = docker.from_env()  # pyright: ignore[reportUnknownMemberType]
    with tempfile.TemporaryDirectory(prefix="wtc-soak-") as folder:
        base = Path(folder).resolve()
        before = engine_objects(client, base, everything=given.alone)
        workshop = Workshop(base, client)
        temporary = base / "tmp"
        temporary.mkdir()
        workshop.env |= {"WTC_SUBNET_POOL": POOL, "TMPDIR": str(temporary)}
        workshop.commit({"compose.yaml": compose_file(0)})
        folders = [workshop.worktree(f"w{number}") for number in range(given.worktrees)]
        soak = Soak(workshop, given.seed)
        try:
            with ThreadPoolExecutor(given.parallel) as pool:
                each = -(-given.rounds // given.worktrees)
                list(pool.map(soak.rounds, folders, repeat(each)))
        finally:
            cleaned = workshop.wtc("clean", "--all", "-y", "-t", "0", cwd=base, status=None)
        left = {
            "clean": [cleaned.err] if cleaned.status else [],
            "engine": sorted(engine_objects(client, base, everything=given.alone) - before),
            "leases": sorted(json.loads((workshop.config / "registry.json").read_bytes())["stacks"]),
            "state": [f for f in files_below(workshop.config) if f not in KEPT_FILES and ".damaged-" not in f],
            "temporary files": files_below(temporary),
            "git": [f for f in files_of_wtc(workshop.main / ".git") if Path(f).name not in KEPT_IN_GIT],
            "processes": processes_of(base),
        }
    figures = soak.figures
    times_s = sorted(figures.times_s)
    print(f"seed {given.seed}: {len(times_s)} rounds in {given.worktrees} worktrees, {given.parallel} at once")
    print(f"a round: median {times_s[len(times_s) // 2]:.2f} s, longest {times_s[-1]:.2f} s")
    print("faults:", ", ".join(f"{name} {count}" for name, count in sorted(figures.faults.items())))
    print("statuses under a fault:", ", ".join(f"{code}: {n}" for code, n in sorted(figures.statuses.items())))
    for failure in figures.failures:
        print("failed:", failure)
    for what, found in left.items():
        print(f"left, {what}: {', '.join(found) or 'nothing'}")
    return 1 if figures.failures or any(left.values()) else 0


sys.exit(main())
