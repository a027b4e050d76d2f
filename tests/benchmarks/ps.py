"""What looking costs with many stacks: `wtc ps`, `ps -s --json` and `stats -a` against `docker ps`.

Run by hand: `uv run python -m tests.benchmarks.ps [STACKS]`. It makes twenty stacks of three services, and removes
them.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.e2e.harness import QUICK, Workshop, engine_client, write
from tests.e2e.proxy import Proxy

STACKS, RUNS = 20, 7
# Without networks: twenty are more than an engine's address pools hold beside what is there.
COMPOSE = "services:\n" + "".join(
    f"  {name}:\n    {QUICK}\n    command: sleep 100000\n    mem_limit: 32m\n    network_mode: none\n"
    for name in ("web", "api", "db")
)
COMMANDS = (("ps",), ("ps", "-s", "--json"), ("stats", "-a"))


def main(stacks: int) -> None:
    """Prints a line a command: engine calls, stats calls, time, and what it may take."""
    base, client = Path(tempfile.mkdtemp(prefix="wtc-benchmark-")), engine_client()
    workshop = Workshop(base, client)
    try:
        for first in range(0, stacks, 4):
            bring_up(workshop, range(first, min(first + 4, stacks)))
        print(f"{stacks} stacks, {len(client.containers.list())} containers on the engine, medians of {RUNS} runs")
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
    """Times each command beside `docker ps`, in turns, so that both see the same machine."""
    executable = str(Path(sys.executable).with_name("wtc"))
    docker_s = median(lambda: run(["docker", "ps"], os.environ))
    start_s = median(lambda: run([executable, "--version"], workshop.env))
    print(f"docker ps {docker_s * 1000:.0f} ms, start-up of wtc {start_s * 1000:.0f} ms")
    allowed_s = 1.5 * (docker_s + start_s)
    for command in COMMANDS:
        calls = counted(workshop, base, command)
        took_s = median(lambda command=command: run([executable, *command], workshop.env))
        print(
            f"{' '.join(command):14}  {calls['engine']:3} engine calls  {calls['stats']:3} stats calls"
            f"  {took_s * 1000:5.0f} ms  (1.5 x (docker ps + start-up) = {allowed_s * 1000:.0f} ms)"
        )


def counted(workshop: Workshop, base: Path, command: Sequence[str]) -> Counter[str]:
    """How many calls of which kind it makes."""
    # A socket's path has to be short.
    with tempfile.TemporaryDirectory(prefix="wtc-") as folder, Proxy(f"{folder}/engine.sock") as proxy:
        workshop.wtc(*command, cwd=base, env={"DOCKER_HOST": proxy.address})
    return Counter("stats" if "/stats?" in request else "engine" for request in proxy.requests)


def run(command: Sequence[str], env: Mapping[str, str]) -> None:
    """Once, with its output thrown away."""
    subprocess.run(command, env=dict(env), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)


def median(once: Callable[[], None]) -> float:
    """Seconds."""
    times: list[float] = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        once()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else STACKS)
