"""The published side of a port in its long form: read as host ports, refused if the engine would refuse it."""

import pytest

from tests.compose.memory import config, project
from wtc.compose.interpolation.port_variables import PortVariables
from wtc.compose.loader.decode import decode_project
from wtc.errors import ComposeFileError

FILE = """\
services:
  web:
    image: x
    ports: [{target: 80, published: "%s"}]
  other: {image: x}
"""


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ("", range(0)),
        ("0", range(1)),
        ("8080", range(8080, 8081)),
        ("8000-8010", range(8000, 8011)),
        ("8000-8000", range(8000, 8001)),
    ],
)
def test_published_side_is_read_as_host_ports(published: str, expected: range) -> None:
    (port,) = decode_project(project(FILE % published, port_variables=PortVariables())).services["web"].ports
    assert port.published == expected


@pytest.mark.parametrize("published", ["80800", "http", "8010-8000", "-1", "80,81"])
def test_published_side_that_the_engine_would_refuse_is_an_error_with_its_place(published: str) -> None:
    with pytest.raises(ComposeFileError) as raised:
        project(FILE % published, port_variables=PortVariables())
    (found,) = raised.value.diagnostics
    assert found.message == (
        f"service `web` publishes `{published}`, which is not a valid port or range of ports within 0-65535"
    )
    assert found.path == ("services", "web", "ports", 0, "published")
    assert found.position
    assert (found.position.line, found.position.column) == (4, 37)


def test_ports_of_services_that_are_not_selected_are_not_checked() -> None:
    read = decode_project(project(FILE % "http", services=("other",), port_variables=PortVariables()))
    assert [port.published for port in read.others["web"].ports] == [range(0)]


def test_config_prints_what_docker_compose_leaves_to_the_engine() -> None:
    (port,) = config(FILE % "80800")["services"]["web"]["ports"]
    assert port["published"] == "80800"
