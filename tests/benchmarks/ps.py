"""What looking costs with many stacks: `wtc ps`, `ps -s --json` and `stats -a` against `docker ps`.

Run by hand: `uv run python -m tests.benchmarks.ps [STACKS]`. It makes twenty stacks of three services, and removes
them.
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.e2e.harness import QUICK, Workshop, engine_client, write
from tests.e2e.proxy import Proxy

STACKS, RUNS = 20, 7
# Without networks: twenty are more than an engine's address pools hold beside what is there.
COMPOSE = "services:\n" + "".join(
    f"  {name}:\n    {QUICK}\n    command: sleep 100000\n    mem_limit: 32m\n    network_mode: none\n"
    for name in ("web", "api", "db")
)
START = """\
import gc, os
from wtc.cli.main import GARBAGE
gc.set_threshold(GARBAGE)
from wtc.cli.app import build_app
from wtc.engine.client.connection import connect
build_app().commands["ps"]
connect(context="", environment=os.environ).close()
os._exit(0)
"""
"""What every command that asks the engine has to do before its first question, and at its end."""
COMMANDS = (("ps",), ("ps", "-s", "--json"), ("stats", "-a"))


def main(stacks: int) -> None:
    """Prints a line a command: engine calls, stats calls, time, and what it may take."""
    base, client = Path(tempfile.mkdtemp(prefix="wtc-benchmark-")), engine_client()
    workshop = Workshop(base, client)
    try:
        for first in range(0, stacks, 4):
            bring_up(workshop, range(first, min(first + 4, stacks)))
        print(f"{stacks} stacks, {len(client.containers.list())} containers on the engine, the best of {RUNS} runs")
        measure(workshop, base)
    finally:
        workshop.tear_down()
        shutil.rmtree(base, ignore_errors=True)


def bring_up(workshop: Workshop, numbers: Sequence[int]) -> None:
    """A few at once."""
    folders = [workshop.folder(f"stack{number}", {}) for number in numbers]
    for folder in folders:
        write(folder, {"compose.yaml": COMPOSE})
    for started in [workshop.start("up", cwd=folder) for folder in folders]:
        ended = started.end()
        assert not ended.status, ended.err


def measure(workshop: Workshop, base: Path) -> None:
    """Times each command beside `docker ps` and wtc's own start-up."""
    executable = str(Path(sys.executable).with_name("wtc"))
    docker = best(["docker", "ps"], os.environ)
    version = best([executable, "--version"], workshop.env)
    start = best([sys.executable, "-c", START], workshop.env)
    print(f"{'docker ps':14}  {docker}\n{'wtc --version':14}  {version}\n{'start-up':14}  {start}")
    for command in COMMANDS:
        calls = counted(workshop, base, command)
        took = best([executable, *command], workshop.env)
        print(
            f"{' '.join(command):14}  {took}  {calls['engine']:3} engine calls  {calls['stats']:3} stats calls"
            f"  {took.wall_s / (docker.wall_s + start.wall_s):.2f} x (docker ps + start-up)"
        )


def counted(workshop: Workshop, base: Path, command: Sequence[str]) -> Counter[str]:
    """How many calls of which kind it makes."""
    # A socket's path has to be short.
    with tempfile.TemporaryDirectory(prefix="wtc-") as folder, Proxy(f"{folder}/engine.sock") as proxy:
        workshop.wtc(*command, cwd=base, env={"DOCKER_HOST": proxy.address})
    return Counter("stats" if "/stats?" in request else "engine" for request in proxy.requests)


class Took(NamedTuple):
    """Of a command: the wall's time, and the processor's, which a busy machine leaves as it is."""

    wall_s: float
    cpu_s: float

    def __str__(self) -> str:
        return f"{self.wall_s * 1000:5.0f} ms, {self.cpu_s * 1000:4.0f} ms of a processor"


def best(command: Sequence[str], env: Mapping[str, str]) -> Took:
    """The fastest of some runs, with its output thrown away."""
    found: list[Took] = []
    for _ in range(RUNS):
        before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(command, env=dict(env), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        wall_s, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(Took(wall_s, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime))
    return Took(min(t.wall_s for t in found), min(t.cpu_s for t in found))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else STACKS)
