"""Variables that have a value only once ports are leased: asking for them in a file is no mistake."""

import json
import os
from pathlib import Path

import pytest

from tests.wtc_process import run_wtc
from wtc.errors import ComposeFileError
from wtc.model.project import Project
from wtc.orchestrator.context.context import open_context
from wtc.orchestrator.context.identify import namespace_for
from wtc.orchestrator.context.project import read_project
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
    return read_project(locate(target(folder, value)), services=services)


def job_of(looks: Target) -> str | None:
    """The value in the container, where the file's own ports are published."""
    located = locate(looks)
    home = open_context(looks, print)
    namespace = namespace_for(located, home, None, print)
    desired = resolve_stack(located, namespace, home, host="127.0.0.1")
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
def test_what_the_stack_is_going_to_have_is_not_missed(
    tmp_path: Path, name: str, form: str, services: tuple[str, ...]
) -> None:
    assert read(tmp_path, form % name, *services).warnings == ()


@pytest.mark.parametrize(
    "name", ["WTC_PORT_WBE", "WTC_PORT_WEB_92", "WTC_PORT_OFF", "WTC_URL_JOB", "OTHER", "WEB_PORT"]
)
def test_what_it_is_never_going_to_have_is(tmp_path: Path, name: str) -> None:
    (finding,) = read(tmp_path, f"${{{name}}}").warnings
    assert finding.message == f"the variable `{name}` is not set; defaulting to an empty string"
    with pytest.raises(ComposeFileError, match=f"the required variable `{name}` is not set: why") as raised:
        read(tmp_path, f"${{{name}:?why}} ${{WTC_NAMESPACE:?}}")
    (error,) = raised.value.diagnostics
    assert error.position
    assert (error.position.line, error.path) == (4, ("services", "job", "environment", "V"))


def test_a_missing_variable_is_told_beside_what_else_is_wrong_and_not_twice(tmp_path: Path) -> None:
    looks = target(tmp_path, "x")
    (tmp_path / "compose.yaml").write_text(
        "services: {a: {image: x, mem_limit: '${MEM:?}', volumes: ['gone:/a']}, b: {image: x, mem_limit: no}}\n"
    )
    with pytest.raises(ComposeFileError) as raised:
        read_project(locate(looks))
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
    assert read_project(locate(looks)).services
    with pytest.raises(ComposeFileError, match="the required variable `WTC_PORT_WEB_80` is not set"):
        job_of(looks)


def test_a_file_on_standard_input_is_read_as_often_as_it_takes(tmp_path: Path) -> None:
    for command in ("setup", "env", "inspect"):
        env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "WTC_CONFIG_DIR": str(tmp_path / "state")}
        done = run_wtc(command, "-f", "-", "--json", cwd=tmp_path, env=env, data=FILE.format(value="${WTC_PORT_WEB:?}"))
        assert (done.returncode, json.loads(done.stdout)["ok"]) == (0, True), done.stderr
