"""What reading a compose file costs: wtc in process, and the whole of `wtc config` against `docker compose config`.

Run by hand: `uv run python -m tests.benchmarks.config [--projects FOLDER] [--runs N]`. FOLDER holds one project a
folder; by default our own files are taken. Nothing is changed, no engine is asked.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from wtc.compose.format.config import config_json
from wtc.compose.loader.load import load_project
from wtc.compose.loader.request import LoadRequest
from wtc.errors import WtcError
from wtc.orchestrator.context.disk_reader import DiskReader

OWN = Path(__file__).parents[1] / "compose" / "corpus"
NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
COMPOSE = ("docker", "compose", "config", "-q")
REPEATS = 5


def main(arguments: Sequence[str]) -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", default="", metavar="FOLDER")
    parser.add_argument("--runs", type=int, default=40, metavar="N", help="projects for the whole-process comparison")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        folders = _projects(options.projects) if options.projects else _own(scratch)
        in_process = {folder: took for folder in folders if (took := _in_process(folder)) is not None}
        if not in_process:
            print("none of the projects can be read", file=sys.stderr)
            return 1
        _report("in process, ms a project", [1000 * t for t in in_process.values()])
        _compare(list(in_process), options.runs)
    return 0


def _projects(folder: str) -> list[str]:
    found = sorted(entry.path for entry in os.scandir(folder) if entry.is_dir())
    return [path for path in found if any(os.path.isfile(f"{path}/{name}") for name in NAMES)]


def _own(scratch: str) -> list[str]:
    """Each of our own files as a project, the others beside it."""
    folders: list[str] = []
    for path in sorted(OWN.glob("*.yaml")):
        folder = f"{scratch}/{path.stem}"
        shutil.copytree(OWN, folder)
        shutil.copy(path, f"{folder}/compose.yaml")
        folders.append(folder)
    return folders


def _in_process(folder: str) -> float | None:
    """The median time of reading and printing a project, in seconds; None for one that is refused."""
    times: list[float] = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        try:
            config_json(load_project(LoadRequest(cwd=folder, environment=_environment()), DiskReader()))
        except WtcError:
            return None
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def _compare(folders: list[str], count: int) -> None:
    """Both commands in turn, project after project, so that whatever else the machine does hits both."""
    if not _has_compose():
        print("`docker compose` is not installed: nothing to compare with")
        return
    ours = (os.path.join(os.path.dirname(sys.executable), "wtc"), "config", "-q")
    chosen = folders[:: max(1, len(folders) // count)][:count]
    wtc: list[Took] = []
    compose: list[Took] = []
    for folder in chosen:
        pairs = [(_whole(ours, folder), _whole(COMPOSE, folder)) for _ in range(REPEATS)]
        if all(a and b for a, b in pairs):
            wtc.append(_median([a for a, _ in pairs if a]))
            compose.append(_median([b for _, b in pairs if b]))
    if not wtc:
        print("no project is read by both")
        return
    _report("`wtc config -q`, ms", [1000 * took.wall_s for took in wtc])
    _report("`docker compose config -q`, ms", [1000 * took.wall_s for took in compose])
    _report("ratio", [a.wall_s / b.wall_s for a, b in zip(wtc, compose, strict=True)])
    _report("ratio of processor time", [a.cpu_s / b.cpu_s for a, b in zip(wtc, compose, strict=True)])


class Took(NamedTuple):
    """What a command took: by the clock, and of the processors, which a busy machine does not change."""

    wall_s: float
    cpu_s: float


def _median(several: Sequence[Took]) -> Took:
    return Took(statistics.median(t.wall_s for t in several), statistics.median(t.cpu_s for t in several))


def _has_compose() -> bool:
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "compose", "version"], check=False, capture_output=True).returncode == 0


def _whole(command: Sequence[str], folder: str) -> Took | None:
    began, used = time.perf_counter(), _cpu_s()
    done = subprocess.run(command, cwd=folder, env=_environment(), capture_output=True, check=False)
    if done.returncode:
        return None
    return Took(time.perf_counter() - began, _cpu_s() - used)


def _cpu_s() -> float:
    """What all commands so far have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _environment() -> dict[str, str]:
    """Bytecode is cached, as it is where wtc is installed."""
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}


def _report(what: str, values: list[float]) -> None:
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    print(f"{what:32} median {statistics.median(ordered):8.2f}   p95 {p95:8.2f}   of {len(ordered)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
