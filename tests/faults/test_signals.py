"""A signal ends each command, also while the engine, a lock or a pipe never answers."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.harness import Ended, Started, until
from tests.listener import Listener, listen_unix
from tests.wtc_process import start_wtc
from wtc.registry.file_lock import inheritable_lock

COMPOSE = "services: {web: {image: busybox, ports: ['80']}}"
ENDS_S = 8.0
"""How long a command that was interrupted may take to end on a busy machine."""
STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 130}


class SilentEngine(Listener):
    """Accepts connections and never answers."""

    def __init__(self, path: Path) -> None:
        super().__init__(listen_unix(str(path)))
        self.address = f"unix://{path}"
        self.asked = threading.Event()

    def serve(self, client: socket.socket) -> None:
        client.recv(1)
        self.asked.set()
        while client.recv(1 << 16):
            pass


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SilentEngine]:
    # A socket's path has to be short.
    monkeypatch.chdir(tmp_path)
    with SilentEngine(Path("engine.sock")) as silent:
        silent.address = f"unix://{tmp_path}/engine.sock"
        yield silent


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "WTC_CONFIG_DIR": str(tmp_path / "config"),
        "DOCKER_HOST": f"unix://{tmp_path}/engine.sock",
    }


def start(*arguments: str, cwd: Path, env: dict[str, str]) -> Started:
    return Started(popen=start_wtc(*arguments, cwd=cwd, env=env))


def interrupted(started: Started, number: signal.Signals) -> Ended:
    """Send a signal and wait for the end of the command."""
    started.popen.send_signal(number)
    ended = started.end(deadline_s=ENDS_S)
    assert ended.status == STATUS[number], ended.err
    assert "Traceback" not in ended.err, ended.err
    return ended


@pytest.mark.parametrize(
    "line",
    [
        "up", "up --json", "up --foreground", "up --foreground --on-signal leave", "down", "clean -y", "clean -y --all",
        "ps", "ls", "status", "stats", "logs", "logs -f", "exec -T web true", "run --rm -T web true", "restart",
        "start", "stop", "kill", "pause", "unpause", "rm -f", "create", "build", "pull", "scale web=2", "wait web",
        "events", "top", "port web 80", "images", "volumes", "cp web:/etc/passwd .", "attach web", "watch",
        "config --images",
    ],
)  # fmt: skip
def test_signal_ends_a_command_whose_request_is_never_answered(
    engine: SilentEngine, tmp_path: Path, env: dict[str, str], line: str
) -> None:
    # Spread over the commands, and the same ones in each run.
    number = list(STATUS)[len(line) % len(STATUS)]
    started = start(*line.split(), cwd=tmp_path, env=env)
    if not engine.asked.wait(ENDS_S):
        # Some of them do not need an engine.
        assert started.popen.poll() is not None
        started.end()
        return
    interrupted(started, number)


@pytest.mark.parametrize("number", STATUS)
def test_signal_ends_a_command_that_waits_for_the_registrys_lock(
    tmp_path: Path, env: dict[str, str], number: signal.Signals
) -> None:
    config = tmp_path / "config"
    config.mkdir()
    held = inheritable_lock(str(config / "registry.lock"))
    assert held is not None
    with open(tmp_path / "err", "wb") as err:
        started = Started(popen=start_wtc("setup", cwd=tmp_path, env=env, stderr=err.fileno()))
        until(lambda: b"waiting for another wtc" in (tmp_path / "err").read_bytes(), "it waits")
        interrupted_status = STATUS[number]
        started.popen.send_signal(number)
        assert started.popen.wait(ENDS_S) == interrupted_status
        started.popen.stdout.close()  # type: ignore[union-attr]
    os.close(held)


@pytest.mark.parametrize("number", STATUS)
def test_signal_ends_a_command_that_reads_a_pipe_to_which_nothing_is_written(
    tmp_path: Path, env: dict[str, str], number: signal.Signals
) -> None:
    reader, writer = os.pipe()
    popen = start_wtc("config", "-f", "-", cwd=tmp_path, env=env, stdin=reader)
    os.close(reader)
    # The first write is read at once; then it waits for the rest of the file.
    os.write(writer, b"services: {}\n")
    until(lambda: unread(writer) == 0, "it reads")
    interrupted(Started(popen=popen), number)
    os.close(writer)


def unread(pipe: int) -> int:
    """Return how many bytes of a pipe nothing has read yet."""
    count = fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4)
    return int.from_bytes(count, sys.byteorder)


def test_json_document_reports_the_interruption(engine: SilentEngine, tmp_path: Path, env: dict[str, str]) -> None:
    started = start("ps", "--json", cwd=tmp_path, env=env)
    assert engine.asked.wait(ENDS_S)
    error = interrupted(started, signal.SIGTERM).json()["error"]
    assert (error["code"], error["exit_status"]) == ("interrupted", 143)


def test_signal_that_the_caller_ignores_stays_ignored(
    engine: SilentEngine, tmp_path: Path, env: dict[str, str]
) -> None:
    ignoring = ["sh", "-c", "trap '' HUP; exec \"$@\"", "sh", sys.executable, "-m", "wtc", "ps"]
    pipe = subprocess.PIPE
    started = Started(popen=subprocess.Popen(ignoring, cwd=tmp_path, env=env, stdout=pipe, stderr=pipe, text=True))
    assert engine.asked.wait(ENDS_S)
    started.popen.send_signal(signal.SIGHUP)
    interrupted(started, signal.SIGTERM)
