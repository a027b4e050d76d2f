"""The files are interpreted again only if the ports of the stack matter to them."""

from pathlib import Path

import pytest

from wtc.compose.interpolation.port_variables import PortVariables
from wtc.orchestrator.context.project import ProjectReader
from wtc.orchestrator.context.target import Target, default_namespace, locate

FILE = """\
services:
  web:
    image: x
    ports: ["${WEB_PORT:-8080}:80"]
    environment: ['%s']
    env_file: [.env]
"""


@pytest.mark.parametrize(
    ("environment", "env", "again"),
    [
        ("A=1", "", False),
        ("A=${WEB_PORT:-1}", "", False),
        ("A=http://localhost:${WEB_PORT:-1}", "", True),
        ("A=$WTC_PORT_WEB", "", True),
        ("WTC_PORT_WEB", "", True),
        ("A=$URL", "URL=http://example.org", False),
        ("A=1", "B=$WTC_URL_WEB", True),
        ("A=$URL", "URL=http://localhost:${WEB_PORT}", True),
    ],
)
def test_files_are_interpreted_again_only_if_they_use_a_leased_port(
    tmp_path: Path, environment: str, env: str, *, again: bool
) -> None:
    (tmp_path / "compose.yaml").write_text(FILE % environment)
    (tmp_path / ".env").write_text(env)
    located = locate(Target(cwd=str(tmp_path), environment={"HOME": str(tmp_path)}))
    reader, name = ProjectReader(located), default_namespace(located)
    first = reader.read()
    own = {"WTC_PORT_WEB": "20001", "WTC_URL_WEB": "http://localhost:20001"}
    project = reader.interpret_with(own, PortVariables(ports={"WEB_PORT": "20001"}), name=name).project
    assert (project is not first) is again
    values = [*project.services["web"].environment.values()]
    assert any("20001" in (value or "") for value in values) is again


def test_files_are_interpreted_again_for_another_namespace(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(FILE % "A=$COMPOSE_PROJECT_NAME")
    (tmp_path / ".env").touch()
    reader = ProjectReader(locate(Target(cwd=str(tmp_path), environment={"HOME": str(tmp_path)})))
    reader.read()
    project = reader.interpret_with({}, PortVariables(), name="other-1").project
    assert project.services["web"].environment["A"] == "other-1"
