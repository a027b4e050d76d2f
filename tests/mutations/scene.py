"""A worktree with a registered stack, and an engine that seems to have it."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.git_template import make_repository
from tests.mutations.engine import HostileEngine
from tests.mutations.recording import read_answers
from tests.mutations.stack import COMPOSE, worktree_values
from tests.wtc_process import run_wtc, start_wtc

COMMANDS = (
    "up --dry-run", "up --dry-run --build --recreate", "ps -a", "ps -s", "ps --json", "status", "status --json",
    "ports", "logs", "logs --timestamps --tail 3", "inspect", "images", "images --json", "top", "stats",
    "stats -a --json", "events --until 0s", "events --json --until 0s", "down -t 0", "down --dry-run",
    "clean --dry-run", "clean -y", "clean --gone --dry-run", "env", "doctor", "port web 80", "wait job",
    "config --resolve-image-digests", "restart -t 0 web", "pause web", "exec -T web true",
    "up -d --no-build --wait-timeout 1", "cp web:/etc/passwd -",
)  # fmt: skip
LIMIT_S, LIMIT_BYTES = 5.0, 500 << 20
BUG = 70


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A worktree with a registered stack, and an engine that seems to have it."""

    folder: Path
    environment: dict[str, str]
    engine: HostileEngine

    def run(self, line: str) -> "subprocess.CompletedProcess[str]":
        """Run a command; fail if it takes too long or too much memory, or ends as a bug does."""
        begin_s = time.monotonic()
        with start_wtc(*line.split(), cwd=self.folder, env=self.environment) as process:
            try:
                out, err = process.communicate(timeout=LIMIT_S * 4)
            except BaseException:
                process.kill()
                raise
        taken_s = time.monotonic() - begin_s
        self.settle()
        ended = f"wtc {line}: {process.returncode} after {taken_s:.1f} s\n{err[-3000:]}"
        assert process.returncode != BUG, ended
        assert "Traceback" not in err, ended
        assert taken_s < LIMIT_S, ended
        assert process.peak_bytes < LIMIT_BYTES, f"{process.peak_bytes >> 20} MiB: {ended}"  # type: ignore[attr-defined]
        return subprocess.CompletedProcess(line.split(), process.returncode, out, err)

    def keep(self) -> None:
        """Keep the state that each command begins with."""
        for place in self._state():
            shutil.copytree(place, f"{place}.kept")

    def settle(self) -> None:
        """Close the connections of the command, and restore the state."""
        self.engine.drop_connections()
        for place in self._state():
            kept = Path(f"{place}.kept")
            for path in Path(place).iterdir():
                if path.name != "id" and path.is_file():
                    path.unlink()
            for path in kept.iterdir():
                # The id file knows its inode.
                if path.is_file() and path.name != "id":
                    shutil.copy2(path, place)

    def _state(self) -> tuple[str, str]:
        return self.environment["WTC_CONFIG_DIR"], f"{self.folder}/.git/wtc"


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    base = Path(tempfile.mkdtemp(prefix="wtc-answers-"))
    folder = base / "main"
    folder.mkdir()
    make_repository(folder)
    for name, content in COMPOSE.items():
        (folder / name).write_text(content, encoding="utf-8")
    environment = {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": str(base),
        "WTC_CONFIG_DIR": str(base / "state"),
        "DOCKER_HOST": f"unix://{base}/engine.sock",
    }
    setup = run_wtc("setup", cwd=folder, env=environment, data="")
    assert setup.returncode == 0, setup.stderr
    with HostileEngine(f"{base}/engine.sock", read_answers(worktree_values(folder, environment))) as engine:
        found = Scene(folder=folder, environment=environment, engine=engine)
        found.keep()
        yield found
    shutil.rmtree(base)
