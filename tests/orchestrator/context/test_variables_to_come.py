"""Variables that get their value when ports are leased: a file that uses them is valid."""

import json
import os
from pathlib import Path

import pytest

from tests.wtc_process import run_wtc
from wtc.errors import ComposeFileError
from wtc.model.project import Project
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.project import ProjectReader
from wtc.orchestrator.context.resolve import resolve_stack
from wtc.orchestrator.context.target import Target, locate
from wtc.orchestrator.setup import setup

FILE = """
services:
  web: {{image: nginx, ports: ["${{WEB_PORT:-8080}}:80", "9000-9001:90-91"]}}
  job: {{image: nginx, environment: {{V: "{value}"}}}}
  off: {{image: nginx, profiles: [never], ports: ["1:1"]}}
"""


def target(folder: Path, value: str) -> Target:
    (folder / "compose.yaml").write_text(FILE.format(value=value))
    own = {"HOME": str(folder), "WTC_CONFIG_DIR": str(folder / "state")}
    return Target(cwd=str(folder), worktree=str(folder), environment=own)


def read(folder: Path, value: str, *services: str) -> Project:
    return ProjectReader(locate(target(folder, value))).read(services=services)


def job_of(looks: Target) -> str | None:
    """The value in the container, where the file's own ports are published."""
    desired = resolve_stack(Context(looks, print, offline=True))
    return desired.services["job"].containers[0].config.environment["V"]


@pytest.mark.parametrize("services", [(), ("job",)], ids=["all", "one"])
@pytest.mark.parametrize(
    "name",
    [
        "WTC_NAMESPACE",
        "WTC_WORKTREE",
        "WTC_PORT_WEB",
        "WTC_PORT_WEB_80",
        "WTC_PORT_WEB_91",
        "WTC_URL_WEB",
        "WEB_PORT",
    ],
)
@pytest.mark.parametrize("form", ["localhost:${%s}", "localhost:${%s:?run wtc}", "localhost:${A:-${%s?}}"])
def test_variable_that_a_lease_defines_is_not_reported_as_missing(
    tmp_path: Path, name: str, form: str, services: tuple[str, ...]
) -> None:
    assert read(tmp_path, form % name, *services).warnings == ()


@pytest.mark.parametrize(
    "name", ["WTC_PORT_WBE", "WTC_PORT_WEB_92", "WTC_PORT_OFF", "WTC_URL_JOB", "OTHER", "WEB_PORT"]
)
def test_variable_that_no_lease_defines_is_reported_as_missing(tmp_path: Path, name: str) -> None:
    (finding,) = read(tmp_path, f"${{{name}}}").warnings
    assert finding.message == f"the variable `{name}` is not set; defaulting to an empty string"
    with pytest.raises(ComposeFileError, match=f"the required variable `{name}` is not set: why") as raised:
        read(tmp_path, f"${{{name}:?why}} ${{WTC_NAMESPACE:?}}")
    (error,) = raised.value.diagnostics
    assert error.position
    assert (error.position.line, error.path) == (4, ("services", "job", "environment", "V"))


def test_missing_variable_is_reported_once_with_the_other_errors(tmp_path: Path) -> None:
    looks = target(tmp_path, "x")
    (tmp_path / "compose.yaml").write_text(
        "services: {a: {image: x, mem_limit: '${MEM:?}', volumes: ['gone:/a']}, b: {image: x, mem_limit: no}}\n"
    )
    with pytest.raises(ComposeFileError) as raised:
        ProjectReader(locate(looks)).read()
    assert [d.message for d in raised.value.diagnostics] == [
        "the required variable `MEM` is not set",
        "`services.b.mem_limit` is `no`, expected a size such as `512m`",
        "service `a` uses volume `gone`, which is not defined",
    ]


def test_setup_leases_the_ports_of_a_file_that_asks_for_them(tmp_path: Path) -> None:
    assert len(setup(target(tmp_path, "${WTC_PORT_WEB:?}"), print).endpoints) == 3


def test_the_files_own_ports_have_their_variables_too(tmp_path: Path) -> None:
    text = "${WTC_PORT_WEB:?} ${WTC_PORT_WEB_91} ${WTC_URL_WEB} localhost:${WEB_PORT}"
    assert job_of(target(tmp_path, text)) == "8080 9001 http://127.0.0.1:8080 localhost:8080"


def test_a_port_that_the_file_leaves_to_the_engine_has_no_variable(tmp_path: Path) -> None:
    looks = target(tmp_path, "${WTC_PORT_WEB_80:?}")
    (tmp_path / "compose.yaml").write_text(FILE.format(value="${WTC_PORT_WEB_80:?}").replace("${WEB_PORT:-8080}:", ""))
    assert ProjectReader(locate(looks)).read().services
    with pytest.raises(ComposeFileError, match="the required variable `WTC_PORT_WEB_80` is not set"):
        job_of(looks)


def test_file_on_standard_input_can_be_interpreted_twice(tmp_path: Path) -> None:
    for command in ("setup", "env", "inspect"):
        env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "WTC_CONFIG_DIR": str(tmp_path / "state")}
        done = run_wtc(command, "-f", "-", "--json", cwd=tmp_path, env=env, data=FILE.format(value="${WTC_PORT_WEB:?}"))
        assert (done.returncode, json.loads(done.stdout)["ok"]) == (0, True), done.stderr
