"""A project, as wtc, `docker compose` and the floor run it."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.measure import Command, Launcher
from tests.benchmarks.programs import Programs, docker_config
from tests.benchmarks.recorder import Recorder
from tests.benchmarks.recording import floor_recording
from tests.e2e.harness import Workshop, engine_client
from tests.e2e.proxy import engine_address

FLOOR = Path(__file__).with_name("floor.py")
REMOVE_ALL = ("down", "--rmi", "local", "-v", "-t", "0", "--remove-orphans")


@contextmanager
def opened_workshop() -> Generator[Workshop]:
    """A repository whose stacks are removed at the end."""
    with tempfile.TemporaryDirectory(prefix="wtc-benchmark-", ignore_cleanup_errors=True) as folder:
        client = engine_client()
        workshop = Workshop(Path(folder), client)
        try:
            yield workshop
        finally:
            workshop.tear_down()
            client.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What a command asks of the engine."""

    floor: Command
    """A bare script that asks the same."""
    calls: int


class Project:
    """The project in a folder."""

    def __init__(self, launcher: Launcher, programs: Programs, folder: Path, environment: Mapping[str, str]) -> None:
        self.launcher, self.programs, self.folder = launcher, programs, folder
        # `docker` finds its plugins through the user's configuration, so both tools have it.
        self.environment = {**environment, "DOCKER_CONFIG": docker_config()}

    def wtc(self, *arguments: str) -> Command:
        """`wtc ...`."""
        return self._command(self.programs.wtc, *arguments)

    def compose(self, *arguments: str) -> Command:
        """`docker compose ...`."""
        return self._command(self.programs.docker, "compose", *arguments)

    def plugin(self, *arguments: str) -> Command:
        """The same without `docker` in front of it."""
        return self._command(self.programs.plugin, *arguments)

    def record(self, *arguments: str, ids: str = "ids") -> Recorded:
        """Run `wtc ...` once and keep what it asks the engine.

        `ids` names the created objects that this recording and another one share.
        """
        handle, recording = tempfile.mkstemp(prefix="recording-", dir=self.folder.parent)
        os.close(handle)
        # The path of a socket has to be short.
        with tempfile.TemporaryDirectory(prefix="wtc-") as short, Recorder(f"{short}/engine.sock") as recorder:
            recorded = self._command(self.programs.wtc, *arguments, engine=recorder.address)
            self.launcher.run(recorded)
        Path(recording).write_bytes(floor_recording(recorder.calls))
        socket = engine_address().removeprefix("unix://")
        ids_file = f"{self.folder}.{ids}"
        floor = self._command(sys.executable, "-I", str(FLOOR), socket, recording, ids_file)
        return Recorded(floor=floor, calls=len(recorder.requests))

    @contextmanager
    def removed_compose_project(self) -> Generator[None]:
        """Remove at the end what `docker compose` has created."""
        try:
            yield
        finally:
            command = self.compose(*REMOVE_ALL)
            environment = dict(command.environment)
            subprocess.run(command.arguments, cwd=self.folder, env=environment, check=True, capture_output=True)

    def _command(self, *arguments: str, engine: str = "") -> Command:
        environment = {**self.environment, "DOCKER_HOST": engine} if engine else self.environment
        return Command(arguments=arguments, folder=self.folder, environment=environment)
