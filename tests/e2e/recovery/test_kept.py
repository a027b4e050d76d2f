"""With and without what is kept of a stack, every command prints the same, whatever has changed in between."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.harness import QUICK, Ended, Workshop, write

pytestmark = [pytest.mark.engine, pytest.mark.timeout(900)]

FILES = {
    "compose.yaml": f"""\
services:
  web:
    {QUICK}
    command: httpd -f -p 80 -h /etc
    ports: ["${{WEB_PORT:-8080}}:80"]
    environment: {{COLOUR: "${{COLOUR:-red}}"}}
    env_file: web.env
    mem_swappiness: 10
  app:
    build: ./app
    init: true
    stop_grace_period: 0s
    command: sleep 1000
    volumes: ["rows:/data", "./app:/code"]
volumes:
  rows: {{}}
""",
    ".env": "COLOUR=blue\n",
    "web.env": "SIZE=1\n",
    "app/Dockerfile": "FROM busybox:1.36\nCOPY main.txt /main.txt\n",
    "app/main.txt": "one\n",
}
READING = (("ports", "--json"), ("env",), ("status", "--json"))


@dataclass
class Scene:
    """A worktree whose stack is up, and the environment of the commands."""

    workshop: Workshop
    folder: Path
    env: dict[str, str]

    def wtc(self, *arguments: str) -> Ended:
        return self.workshop.wtc(*arguments, cwd=self.folder, env=self.env, status=None)

    def forget(self) -> None:
        """Remove everything that is kept."""
        shutil.rmtree(self.workshop.config / "kept")

    def write(self, files: Mapping[str, str]) -> None:
        write(self.folder, files)

    def names(self, service: str) -> str:
        namespace = self.wtc("env", "--format", "json").json()["namespace"]
        return f"{namespace}_{service}"


def move(scene: Scene) -> None:
    moved = scene.folder.with_name(f"{scene.folder.name}-moved")
    scene.workshop.git("worktree", "move", str(scene.folder), str(moved))
    scene.folder = moved
    scene.workshop.folders.append(moved)


def remove_volume(scene: Scene) -> None:
    scene.wtc("down", "-t", "0")
    scene.workshop.client.api.remove_volume(scene.names("rows"))


CHANGES: dict[str, Callable[[Scene], object]] = {
    "nothing": lambda _scene: None,
    "the compose file": lambda s: s.write({"compose.yaml": FILES["compose.yaml"].replace("1000", "1001")}),
    "a warning of it": lambda s: s.write({"compose.yaml": FILES["compose.yaml"].replace("mem_swappiness: 10", "")}),
    "the env file of the project": lambda s: s.write({".env": "COLOUR=green\n"}),
    "the env file of a service": lambda s: s.write({"web.env": "SIZE=2\n"}),
    "an override file": lambda s: s.write({"compose.override.yaml": "services: {web: {environment: {MORE: '1'}}}\n"}),
    "no override file": lambda s: (s.folder / "compose.override.yaml").unlink(),
    "a variable that is set": lambda s: s.env.update(COLOUR="violet"),
    "a variable that is not set": lambda s: s.env.pop("COLOUR"),
    "another variable": lambda s: s.env.update(UNRELATED="1"),
    "a setting": lambda s: s.env.update(WTC_BIND="127.0.0.2"),
    "a file of a build": lambda s: s.write({"app/main.txt": "two\n"}),
    "a new file of a build": lambda s: s.write({"app/more.txt": "more\n"}),
    "wtc.toml": lambda s: s.write({"wtc.toml": 'mem_limit = "64m"\n'}),
    "a stopped container": lambda s: s.workshop.client.api.stop(s.names("web"), timeout=0),
    "a removed container": lambda s: s.workshop.client.api.remove_container(s.names("web"), force=True),
    "a restarted container": lambda s: s.workshop.client.api.restart(s.names("web"), timeout=0),
    "a removed volume": remove_volume,
    "the place of the worktree": move,
    "two replicas": lambda s: s.wtc("up", "--scale", "app=2"),
    "the registry": lambda s: (s.workshop.config / "registry.json").unlink(),
}
"""In this order, each after the one before."""


def same(one: Ended, other: Ended) -> None:
    assert (one.out, one.err, one.status) == (other.out, other.err, other.status)


@pytest.mark.slow
def test_commands_print_the_same_with_and_without_what_is_kept(workshop: Workshop) -> None:
    workshop.commit(FILES)
    scene = Scene(workshop=workshop, folder=workshop.worktree("linked"), env={})
    for _ in range(2):
        scene.wtc("up")
    for name, change in CHANGES.items():
        for command in READING:
            scene.wtc(*command)
        change(scene)
        after = [scene.wtc(*command) for command in READING]
        kept = [scene.wtc(*command) for command in READING]
        scene.forget()
        fresh = [scene.wtc(*command) for command in READING]
        for command, *ended in zip(READING, after, kept, fresh, strict=True):
            assert len({(e.out, e.err, e.status) for e in ended}) == 1, (name, command, ended)
        if name == "a removed container":
            scene.wtc("up")


@pytest.mark.slow
def test_up_with_what_is_kept_leaves_nothing_undone(workshop: Workshop) -> None:
    workshop.commit(FILES)
    scene = Scene(workshop=workshop, folder=workshop.worktree("linked"), env={})
    for _ in range(2):
        scene.wtc("up")
    for name, change in CHANGES.items():
        change(scene)
        first = scene.wtc("up", "--json")
        assert first.status == 0, (name, first)
        scene.forget()
        fresh = [scene.wtc("up", *options) for options in ((), ("--json",), ("-q",))]
        assert not fresh[1].json()["changed"], (name, fresh)
        kept = [scene.wtc("up", *options) for options in ((), ("--json",), ("-q",))]
        for one, other in zip(fresh, kept, strict=True):
            same(one, other)


def test_up_with_nothing_to_do_makes_no_change_of_the_registry(workshop: Workshop) -> None:
    workshop.commit(FILES)
    for _ in range(2):
        workshop.wtc("up")
    before = {path.name: path.stat().st_mtime_ns for path in workshop.config.iterdir() if path.is_file()}
    kept = {path: path.read_bytes() for path in (workshop.config / "kept").rglob("*.json")}
    workshop.wtc("up")
    assert {path.name: path.stat().st_mtime_ns for path in workshop.config.iterdir() if path.is_file()} == before
    assert {path: path.read_bytes() for path in (workshop.config / "kept").rglob("*.json")} == kept


def test_kept_results_have_no_value_of_the_environment_and_are_removed_with_the_stack(workshop: Workshop) -> None:
    workshop.commit({**FILES, "web.env": "PASSWORD=swordfish\n", ".env": "COLOUR=octarine\n"})
    for command in ("up", "up", "status", "env", "ports"):
        workshop.wtc(command, env={"WEB_PORT": "8081", "PASSWORD": "marlin-9"})
    files = list((workshop.config / "kept").rglob("*.json"))
    text = "".join(path.read_text() for path in files)
    assert files
    assert not [value for value in ("swordfish", "octarine", "marlin-9") if value in text]
    assert {f"{path.stat().st_mode & 0o777:o}" for path in files} == {"600"}
    workshop.wtc("clean", "-y", "-t", "0")
    assert os.listdir(workshop.config / "kept") == []


SHOW = """
import json, sys
from wtc.cli.main import run
status = run(sys.argv[1:])
sys.stderr.write("\\n" + json.dumps([status, sorted(sys.modules)]))
"""


UNUSED = (
    "yaml", "wtc.compose", "wtc.planner.up", "typer", "rich", "docker", "requests", "http", "filelock", "dataclasses",
    "inspect", "concurrent", "pathlib", "logging", "shutil",
)  # fmt: skip
"""What a call that finds nothing to do neither imports itself nor by a package."""


@pytest.mark.parametrize(
    "command", [("up",), ("status",), ("ps",), ("ports",), ("env",), ("exec", "-T", "web", "true")]
)
def test_second_call_imports_only_what_it_uses(shared: Workshop, command: tuple[str, ...]) -> None:
    if not (shared.main / "compose.yaml").exists():
        shared.commit(FILES)
        shared.wtc("up")
    shared.wtc(*command)
    done = subprocess.run(
        [sys.executable, "-c", SHOW, *command],
        cwd=shared.main,
        env=shared.env,
        capture_output=True,
        text=True,
        check=True,
    )
    status, names = json.loads(done.stderr.rpartition("\n")[2])
    assert status == 0, done.stderr
    assert [name for name in names if any(name == one or name.startswith(f"{one}.") for one in UNUSED)] == []
