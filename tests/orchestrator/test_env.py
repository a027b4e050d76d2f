"""The variables of a stack, for other programs."""

import hashlib
import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.port_ids import by_id
from wtc.cli.commands.env import _dotenv, _shell
from wtc.compose.dotenv.parser import parse_dotenv
from wtc.env_marker import MARKER, marked, unmarked
from wtc.events import Event, Warned
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.env import EnvResult, env
from wtc.registry.stack_records import StackRecord
from wtc.registry.store import Store

FILE = """
services:
  web: {image: nginx, ports: ["${WEB_PORT:-8080}:80", "443:443"]}
  my-db.1: {image: postgres, ports: ["5432", "53/udp"], environment: {URL: "${WEB_PORT:-8080}"}}
"""
LEASES = {"web/80/tcp": 20001, "web/443/tcp": 20002, "my-db.1/5432/tcp": 20003, "my-db.1/53/udp": 20004}


def read_env(
    folder: Path,
    ports: Mapping[str, int] | None = None,
    fixed: Mapping[str, int] | None = None,
    environment: Mapping[str, str] | None = None,
) -> EnvResult:
    """What `env` says of a folder with this file and these leases, with no engine to be reached."""
    (folder / "compose.yaml").write_text(FILE)
    with Store(str(folder / "state")).transaction() as records:
        if ports is not None:
            records.put(
                StackRecord(worktree=str(folder), namespace="a-1", ports=by_id(ports), fixed=by_id(fixed or {}))
            )
    own = {"HOME": str(folder), "WTC_CONFIG_DIR": str(folder / "state"), **(environment or {})}

    def silent(event: Event) -> None:
        assert isinstance(event, Warned)
        assert own.get("DOCKER_CONTEXT"), event

    return env(Target(cwd=str(folder), worktree=str(folder), environment=own), silent)


def test_variables_of_the_stack_and_of_the_file_are_returned(tmp_path: Path) -> None:
    result = read_env(tmp_path, LEASES)
    assert result.leased
    marker = json.loads(result.variables[MARKER])
    assert {name: [value, None] for name, value in result.variables.items() if name != MARKER} == marker
    assert {name: value for name, value in result.variables.items() if name != MARKER} == {
        "COMPOSE_PROJECT_NAME": "a-1",
        "WTC_NAMESPACE": "a-1",
        "WTC_WORKTREE": str(tmp_path),
        "WEB_PORT": "20001",
        "WTC_PORT_WEB": "20001",
        "WTC_PORT_WEB_80": "20001",
        "WTC_URL_WEB": "http://127.0.0.1:20001",
        "WTC_PORT_WEB_443": "20002",
        "WTC_PORT_MY_DB_1": "20003",
        "WTC_PORT_MY_DB_1_5432": "20003",
        "WTC_URL_MY_DB_1": "postgresql://127.0.0.1:20003",
        "WTC_PORT_MY_DB_1_53": "20004",
    }


def test_leased_port_wins_over_the_environment(tmp_path: Path) -> None:
    assert read_env(tmp_path, LEASES, environment={"WEB_PORT": "9000"}).variables["WEB_PORT"] == "20001"


def test_without_leases_the_worktree_is_returned_and_ports_are_missing(tmp_path: Path) -> None:
    result = read_env(tmp_path)
    assert not result.leased
    assert set(result.variables) == {"WTC_NAMESPACE", "WTC_WORKTREE", "COMPOSE_PROJECT_NAME", MARKER}
    assert Store(str(tmp_path / "state")).read().stacks == {}


def test_fixed_ports_are_returned_while_no_engine_answers(tmp_path: Path) -> None:
    nowhere = {"DOCKER_HOST": f"unix://{tmp_path}/nowhere.sock"}
    fixed = {"web/80/tcp": 8080, "web/443/tcp": 443, "my-db.1/5432/tcp": 5432, "my-db.1/53/udp": 53}
    assert read_env(tmp_path, LEASES, fixed, nowhere).variables["WTC_PORT_WEB"] == "8080"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, {}),
        ({"DOCKER_HOST": "unix:///var/run/docker.sock"}, {}),
        ({"DOCKER_HOST": "unix:///run/user/1/docker.sock"}, {"DOCKER_HOST": "unix:///run/user/1/docker.sock"}),
        ({"DOCKER_CONTEXT": "far"}, {"DOCKER_HOST": "ssh://me@far"}),
        ({"DOCKER_CONTEXT": "nowhere"}, {}),
    ],
)
def test_engine_variables_are_returned_unless_it_is_the_default(
    tmp_path: Path, environment: Mapping[str, str], expected: Mapping[str, str]
) -> None:
    digest = hashlib.sha256(b"far").hexdigest()
    meta = tmp_path / ".docker/contexts/meta" / digest
    meta.mkdir(parents=True)
    (meta / "meta.json").write_text(json.dumps({"Name": "far", "Endpoints": {"docker": {"Host": "ssh://me@far"}}}))
    found = read_env(tmp_path, LEASES, environment=environment).variables
    assert {name: value for name, value in found.items() if name.startswith("DOCKER")} == expected
    if expected.get("DOCKER_HOST", "").startswith("ssh"):
        assert "WTC_URL_WEB" not in found
        everywhere = {**environment, "WTC_BIND": "0.0.0.0"}
        assert read_env(tmp_path, LEASES, environment=everywhere).variables["WTC_URL_WEB"] == "http://far:20001"


def test_marked_value_that_was_changed_since_stays() -> None:
    before = {"A": "old", "C": "c"}
    shell = {**before, **marked({"A": "new", "B": "new"}, before)}
    assert unmarked(shell) == before
    assert unmarked({**shell, "A": "other", "B": "other"}) == {**before, "A": "other", "B": "other"}


@pytest.mark.parametrize("marker", ["", "x", "[]", '{"A": 1}', '{"A": ["v"]}', '{"A": ["v", 1]}'])
def test_marker_that_is_not_valid_changes_nothing(marker: str) -> None:
    assert unmarked({"A": "v", MARKER: marker}) == {"A": "v"}


TEXT = st.text(st.characters(exclude_characters="\0\r", exclude_categories=("Cs",)), max_size=20)


@given(TEXT)
def test_a_dotenv_line_reads_back_as_the_value(value: str) -> None:
    assert parse_dotenv(_dotenv("NAME", value), lambda _name: None, file="e") == {"NAME": value}


def test_a_shell_reads_every_value_back(tmp_path: Path) -> None:
    values = ["plain", "", "with space", "it's", '"$HOME" `id` \\', "two\nlines", "ü;&|<>*?[]#~"]
    script = "".join(_shell(f"V{i}", value) for i, value in enumerate(values))
    script += "".join(f"printf '%s\\0' \"$V{i}\"\n" for i in range(len(values)))
    done = subprocess.run(
        ["sh", "-c", script], env={"PATH": os.environ["PATH"], "HOME": "/h"}, capture_output=True, check=True
    )
    assert done.stdout.decode().split("\0")[:-1] == values
