"""README's first command, run for real: two worktrees of the example, a database each, and nothing left behind."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]

# The PHP project's images are built from packages, which takes a minute or two if the engine has none of them yet.
pytestmark = [pytest.mark.engine, pytest.mark.timeout(900)]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The caller's, but with every folder that the run writes to under `tmp_path`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("WTC_", "COMPOSE_"))}
    if uv := kept.get("UV"):  # where `uv run` says which one it is, so that the script installs no other
        kept["PATH"] = f"{Path(uv).parent}{os.pathsep}{kept['PATH']}"
        asked = subprocess.run([uv, "cache", "dir"], check=True, capture_output=True, text=True)
        kept["UV_CACHE_DIR"] = asked.stdout.strip()
    return kept | {
        "WTC_QUICKSTART_DIR": str(tmp_path / "work"),
        "WTC_CONFIG_DIR": str(tmp_path / "config"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "CI": "true",
    }


def quickstart(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(ROOT / "examples/quickstart/run"), *arguments]
    return subprocess.run(
        command, check=False, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )


def left(worktree: Path) -> list[str]:
    """What the engine has of a worktree: containers, networks, volumes and images."""
    import docker

    api: Any = docker.from_env(version="auto").api
    wanted = {"label": f"com.wtc.worktree={worktree}"}
    return [
        *(one["Id"] for one in api.containers(all=True, filters=wanted)),
        *(one["Name"] for one in api.networks(filters=wanted)),
        *(one["Name"] for one in api.volumes(filters=wanted).get("Volumes") or ()),
        *(one["Id"] for one in api.images(all=True, filters=wanted)),
    ]


@pytest.fixture
def cleaned(environment: dict[str, str]) -> Iterator[None]:
    yield
    quickstart(environment, "clean")


@pytest.mark.parametrize("project", ["", "--php"])
@pytest.mark.usefixtures("cleaned")
@pytest.mark.slow
def test_two_worktrees_come_up_with_a_database_each_and_clean_leaves_nothing(
    environment: dict[str, str], tmp_path: Path, project: str
) -> None:
    options = [project] if project else []
    up = quickstart(environment, *options)
    assert up.returncode == 0, up.stderr
    pages = up.stdout.strip().split("\n\n")
    assert [page.splitlines()[0].split()[0] for page in pages[:2]] == ["accra", "bergen"]
    assert "* accra-" in pages[0]
    assert "* bergen-" in pages[1]
    assert "written in accra" in pages[0]
    assert "written in accra" not in pages[1]
    assert all(len(left(tmp_path / "work" / name)) >= 5 for name in ("accra", "bergen"))

    again = quickstart(environment, *options)
    assert again.returncode == 0, again.stderr
    assert again.stdout == up.stdout

    clean = quickstart(environment, *options, "clean")
    assert clean.returncode == 0, clean.stderr
    assert not (tmp_path / "work").exists()
    assert left(tmp_path / "work" / "accra") == left(tmp_path / "work" / "bergen") == []


@pytest.mark.parametrize(
    ("seconds", "status", "shown"),
    [
        pytest.param(6, 0, ["    to unpack: 5 s  package 1"], id="longer-than-five-seconds"),
        pytest.param(0, 0, [], id="quick"),
        pytest.param(0, 3, ["package 1", "error: to unpack failed with status 3"], id="failed"),
    ],
)
@pytest.mark.slow
def test_long_step_prints_a_line_every_five_seconds_and_its_output_if_it_fails(
    seconds: int, status: int, shown: list[str]
) -> None:
    step = f"quietly 'to unpack' sh -c 'echo package 1; sleep {seconds}; exit {status}'"
    command = ["bash", "-c", f". .ci/machine.sh; {step}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == bool(status)
    assert done.stderr.splitlines() == shown
