"""Run commands through `launcher.py`, side by side, and keep what they took."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.benchmarks.samples import Sample, Samples

LAUNCHER = Path(__file__).with_name("launcher.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command line with an absolute program, where it runs, and its whole environment."""

    arguments: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]


class CommandError(Exception):
    """A measured command failed, so that its time says nothing."""


class Launcher:
    """The process that starts the measured commands."""

    def __enter__(self) -> Self:
        self._folder = tempfile.mkdtemp(prefix="wtc-benchmark-")
        self._errors = f"{self._folder}/stderr"
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(LAUNCHER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()
        shutil.rmtree(self._folder, ignore_errors=True)

    def run(self, command: Command) -> Sample:
        """Run a command to its end.

        Raises:
            CommandError: it ended with another status than 0.
        """
        assert self._process.stdin
        assert self._process.stdout
        request = [command.arguments, str(command.folder), dict(command.environment), self._errors]
        print(json.dumps(request), file=self._process.stdin, flush=True)
        status, wall_s, cpu_s, peak_kib = json.loads(self._process.stdout.readline())
        if status:
            text = Path(self._errors).read_text(encoding="utf-8", errors="replace")
            raise CommandError(f"`{' '.join(command.arguments)}` ended with {status}\n{text}")
        return Sample(wall_s=wall_s, cpu_s=cpu_s, peak_bytes=peak_kib * 1024)

    def compare(self, contestants: Mapping[str, Command], *, rounds: int) -> Samples:
        """Run each contestant once a round, in another order each time.

        Returns: contestant -> its samples, one a round.
        """
        samples: dict[str, list[Sample]] = {name: [] for name in contestants}
        for number in range(rounds):
            for name in rotated(list(contestants), number):
                samples[name].append(self.run(contestants[name]))
        return samples


def rotated(names: Sequence[str], number: int) -> list[str]:
    """The names in an order that begins with another one each round."""
    start = number % len(names)
    return [*names[start:], *names[:start]]
