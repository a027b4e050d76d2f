"""A command from the fork server is what a new `python -m wtc` would be."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.wtc_process import run_wtc, start_wtc

COMPOSE = "services: {web: {image: '${IMAGE-nginx}'}}\n"


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """A home without settings, and no engine."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "WTC_CONFIG_DIR": str(tmp_path / "state"),
        "DOCKER_HOST": "unix:///nowhere/docker.sock",
    }


@pytest.mark.parametrize(
    "arguments", [("config",), ("config", "-q"), ("ps",), ("ps", "--json"), ("nope",), ("-h",), ("--version",), ()]
)
def test_status_and_output_are_those_of_a_new_interpreter(
    tmp_path: Path, env: dict[str, str], arguments: tuple[str, ...]
) -> None:
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    command = [sys.executable, "-m", "wtc", *arguments]
    new = subprocess.run(command, cwd=tmp_path, env=env, input="", capture_output=True, text=True, check=False)
    forked = run_wtc(*arguments, cwd=tmp_path, env=env, data="")
    assert (forked.returncode, forked.stdout, forked.stderr) == (new.returncode, new.stdout, new.stderr)


def test_environment_and_folder_of_a_command_do_not_reach_the_next_one(tmp_path: Path, env: dict[str, str]) -> None:
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    first = run_wtc("config", cwd=tmp_path, env={**env, "IMAGE": "redis"}, data="")
    second = run_wtc("config", cwd=tmp_path, env=env, data="")
    assert ["redis" in first.stdout, "redis" in second.stdout] == [True, False]
    assert run_wtc("config", cwd="/", env=env, data="").returncode != 0


def test_standard_input_reaches_the_command(tmp_path: Path, env: dict[str, str]) -> None:
    given = COMPOSE.replace("nginx", "busybox")
    assert "busybox" in run_wtc("config", "-f", "-", cwd=tmp_path, env=env, data=given).stdout


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_signal_ends_the_command(tmp_path: Path, env: dict[str, str], number: signal.Signals) -> None:
    with start_wtc("config", "-f", "-", cwd=tmp_path, env=env, stdin=subprocess.PIPE) as process:
        assert process.poll() is None
        process.send_signal(number)
        # wtc may not have its handlers yet.
        assert process.wait(30) in {-number, 128 + number}


def test_waiting_for_a_command_that_runs_times_out(tmp_path: Path, env: dict[str, str]) -> None:
    with start_wtc("config", "-f", "-", cwd=tmp_path, env=env, stdin=subprocess.PIPE) as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.01)
        assert process.communicate(COMPOSE, timeout=30)[0]
    assert process.returncode == 0


@pytest.mark.parametrize("name", ["LANG", "LC_ALL", "PYTHONIOENCODING"])
def test_environment_that_the_interpreter_reads_at_its_start_is_refused(env: dict[str, str], name: str) -> None:
    with pytest.raises(ValueError, match=name):
        start_wtc("config", cwd="/", env={**env, name: "C"})
