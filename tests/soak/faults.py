"""The faults of a soak: what happens to one `wtc` on its way."""

import random
import shutil
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.harness import Started, Workshop
from tests.e2e.proxy import Proxy

MOST_CHANGES = 6
"""A fault comes after one of the first requests that change something; a stack needs about ten."""
ANY_STATUS = frozenset({0, 1, 4, 5, 130, 143, -signal.SIGKILL, -signal.SIGTERM})
"""What a command may end with under a fault: never 70, a bug."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultyRun:
    """A command that ran with a fault. `status` is that of the process."""

    fault: str
    status: int
    err: str


def run_with_fault(workshop: Workshop, folder: Path, command: tuple[str, ...], chance: random.Random) -> FaultyRun:
    """Run `wtc COMMAND` in a worktree with a fault that `chance` chooses."""
    name = chance.choice(sorted(FAULTS))
    return FAULTS[name](workshop, folder, command, chance, name)


def _signalled(number: signal.Signals) -> Callable[..., FaultyRun]:
    """Return a fault that sends the signal to wtc after one of its changes."""

    def run(workshop: Workshop, folder: Path, command: tuple[str, ...], chance: random.Random, name: str) -> FaultyRun:
        started: list[Started] = []
        ready = threading.Event()

        def send(_proxy: Proxy) -> None:
            ready.wait()
            started[0].popen.send_signal(number)

        return _through_proxy(workshop, folder, command, chance, name, send, started, ready)

    return run


def _engine_stops(
    workshop: Workshop, folder: Path, command: tuple[str, ...], chance: random.Random, name: str
) -> FaultyRun:
    return _through_proxy(workshop, folder, command, chance, name, Proxy.leave, [], threading.Event())


def _through_proxy(
    workshop: Workshop,
    folder: Path,
    command: tuple[str, ...],
    chance: random.Random,
    name: str,
    fault: Callable[[Proxy], None],
    started: list[Started],
    ready: threading.Event,
) -> FaultyRun:
    at = chance.randint(1, MOST_CHANGES)

    def changing(number: int, _request: str) -> None:
        if number == at:
            fault(proxy)

    path = workshop.base / f"{folder.name}.sock"
    with Proxy(str(path), changing=changing) as proxy:
        started.append(workshop.start(*command, cwd=folder, env={"DOCKER_HOST": proxy.address}))
        ready.set()
        ended = started[0].end()
    path.unlink()
    return FaultyRun(fault=name, status=ended.status, err=ended.err)


def _with_registry(damage: Callable[[Path], None]) -> Callable[..., FaultyRun]:
    """Return a fault that damages the registry first."""

    def run(workshop: Workshop, folder: Path, command: tuple[str, ...], _chance: random.Random, name: str) -> FaultyRun:
        damage(workshop.config)
        ended = workshop.start(*command, cwd=folder).end()
        return FaultyRun(fault=name, status=ended.status, err=ended.err)

    return run


def _damaged(config: Path) -> None:
    (config / "registry.json").write_bytes(b"\0 not a registry {{{")


def _lost(config: Path) -> None:
    (config / "registry.json").unlink(missing_ok=True)
    shutil.rmtree(config / "kept", ignore_errors=True)


def _two_at_once(
    workshop: Workshop, folder: Path, command: tuple[str, ...], chance: random.Random, name: str
) -> FaultyRun:
    other = chance.choice([("up", "--json"), ("down", "-t", "0")])
    started = [workshop.start(*one, cwd=folder) for one in (command, other)]
    ended = [one.end() for one in started]
    worst = max(ended, key=lambda one: one.status)
    return FaultyRun(fault=name, status=worst.status, err=worst.err)


FAULTS: dict[str, Callable[..., FaultyRun]] = {
    "kill -9": _signalled(signal.SIGKILL),
    "terminate": _signalled(signal.SIGTERM),
    "engine stops": _engine_stops,
    "registry damaged": _with_registry(_damaged),
    "registry lost": _with_registry(_lost),
    "two at once": _two_at_once,
}
