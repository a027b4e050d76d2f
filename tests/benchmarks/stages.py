"""The measurements. Each brings its stacks up, compares the commands, and removes the stacks."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tests.benchmarks.commands import DOWN, LOOKING, PS, STARTS, WORKTREE_COMMANDS, Row
from tests.benchmarks.measure import Command, Launcher, rotated
from tests.benchmarks.programs import Programs
from tests.benchmarks.projects import built_project, compose_file, networkless_file
from tests.benchmarks.samples import Sample, Samples
from tests.benchmarks.stacks import Project, Recorded, opened_workshop
from tests.e2e.harness import Workshop, write

GROWTH_ROUNDS = 5
AT_ONCE = 4
"""Stacks that start at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A row of the comparison."""

    row: Row
    project: str
    """What the commands ran on, in words."""
    samples: Samples
    """Of `wtc`, `compose`, `floor`, and of `plugin` where it was measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """A command of wtc at one size of what it runs on."""

    command: str
    size: int
    calls: int
    """Requests to the engine."""
    wall_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What all stages share."""

    launcher: Launcher
    programs: Programs

    def project(self, workshop: Workshop, files: Mapping[str, str]) -> Project:
        """The project in the main worktree."""
        workshop.commit(files)
        return Project(self.launcher, self.programs, workshop.main, workshop.env)

    def run(self, *commands: Command) -> None:
        """Run commands that are not measured."""
        for command in commands:
            self.launcher.run(command)

    # --- running stacks ------------------------------------------------------------------------------------------

    def plain(self, rounds: int) -> list[Compared]:
        """Compare commands on a running stack of three services."""
        with opened_workshop() as workshop:
            project = self.project(workshop, {"compose.yaml": compose_file(3)})
            return self._running(project, "3 services", rounds)

    def built(self, rounds: int) -> list[Compared]:
        """Compare commands on a project with `build:`, a large context and an `.env`, in a linked worktree."""
        with opened_workshop() as workshop:
            self.project(workshop, built_project())
            folder = workshop.worktree("linked")
            write(folder, {".env": "COLOUR=red\n"})
            project = Project(self.launcher, self.programs, folder, workshop.env)
            return self._running(project, "`build:` and a linked worktree", rounds)

    def _running(self, project: Project, what: str, rounds: int) -> list[Compared]:
        with project.removed_compose_project():
            self.run(project.wtc("up"), project.compose("up", "-d"))
            return [self._compare(project, row, what, rounds) for row in LOOKING]

    def _compare(self, project: Project, row: Row, what: str, rounds: int) -> Compared:
        contestants = {
            "wtc": project.wtc(*row.wtc),
            "compose": project.compose(*row.compose),
            "plugin": project.plugin(*row.compose),
            "floor": self._recorded(project, row.wtc).floor,
        }
        self.run(*contestants.values())
        return Compared(row=row, project=what, samples=self.launcher.compare(contestants, rounds=rounds))

    def _recorded(self, project: Project, arguments: Sequence[str]) -> Recorded:
        # The first call through the recorder's address may fill what wtc keeps for the next one.
        project.record(*arguments)
        return project.record(*arguments)

    # --- from nothing and back -----------------------------------------------------------------------------------

    def lifecycle(self, services: int, rounds: int) -> tuple[list[Compared], list[Grown]]:
        """Compare `up` from nothing and `down`, and measure all commands of wtc on a stack of this size."""
        with opened_workshop() as workshop:
            project = self.project(workshop, {"compose.yaml": compose_file(services)})
            with project.removed_compose_project():
                self.run(project.compose("up", "-d"), project.compose("down"))
                recorded = {
                    row: (project.record(*row.wtc, ids=row.name), project.record("down", ids=row.name))
                    for row in STARTS
                }
                samples = self._up_and_down(project, recorded, rounds)
            what = f"{services} service{'s' if services > 1 else ''}"
            compared = [Compared(row=row, project=what, samples=taken) for row, taken in samples.items()]
            changing = {row: up.calls for row, (up, _) in recorded.items()} | {DOWN: recorded[STARTS[0]][1].calls}
            grown = [
                _grown(f"{row.name} from nothing" if row in STARTS else row.name, services, calls, samples[row]["wtc"])
                for row, calls in changing.items()
            ]
            self.run(project.wtc("up"))
            return compared, [*grown, *(self._grow(project, row.wtc, services) for row in LOOKING)]

    def _up_and_down(
        self, project: Project, recorded: Mapping[Row, tuple[Recorded, Recorded]], rounds: int
    ) -> Mapping[Row, Samples]:
        samples: dict[Row, dict[str, list[Sample]]] = {row: {} for row in (*recorded, DOWN)}
        for number in range(rounds):
            for row, (up, down) in recorded.items():
                pairs = {
                    "wtc": (project.wtc(*row.wtc), project.wtc(*DOWN.wtc)),
                    "compose": (project.compose(*row.compose), project.compose(*DOWN.compose)),
                    "floor": (up.floor, down.floor),
                }
                for name in rotated(list(pairs), number):
                    for taken, command in zip((row, DOWN), pairs[name], strict=True):
                        samples[taken].setdefault(name, []).append(self.launcher.run(command))
        return samples

    def _grow(self, project: Project, arguments: Sequence[str], size: int) -> Grown:
        recorded, command = self._recorded(project, arguments), project.wtc(*arguments)
        return _grown(
            " ".join(arguments), size, recorded.calls, [self.launcher.run(command) for _ in range(GROWTH_ROUNDS)]
        )

    # --- many worktrees ------------------------------------------------------------------------------------------

    def worktrees(self, sizes: Sequence[int], rounds: int) -> tuple[list[Compared], list[Grown]]:
        """Measure commands with stacks in several worktrees, and compare `ps` over all with that of one stack."""
        with opened_workshop() as workshop:
            project = self.project(workshop, {"compose.yaml": networkless_file()})
            folders = [workshop.main, *(workshop.worktree(f"worktree{number}") for number in range(1, max(sizes)))]
            grown: list[Grown] = []
            for smaller, size in pairwise((0, *sizes)):
                _start(workshop, folders[smaller:size])
                grown += [self._grow(project, arguments, size) for arguments in WORKTREE_COMMANDS]
            with project.removed_compose_project():
                self.run(project.compose("up", "-d"))
                compared = self._compare(project, PS, f"{max(sizes)} worktrees, to one", rounds)
        return [compared], grown


def _start(workshop: Workshop, folders: Sequence[Path]) -> None:
    for first in range(0, len(folders), AT_ONCE):
        for started in [workshop.start("up", cwd=folder) for folder in folders[first : first + AT_ONCE]]:
            ended = started.end()
            assert not ended.status, ended.err


def _grown(command: str, size: int, calls: int, samples: Sequence[Sample]) -> Grown:
    return Grown(command=command, size=size, calls=calls, wall_s=statistics.median(s.wall_s for s in samples))
