"""Warnings about literal addresses whose port is published elsewhere, with the variable to write."""

import pytest

from tests.compose.memory import project
from tests.port_ids import by_id
from wtc.compose.interpolation.port_variables import PortVariables
from wtc.compose.loader.decode import decode_project
from wtc.model.namespace import Namespace
from wtc.model.observed import Observed, ObservedContainer
from wtc.model.position import dotted
from wtc.orchestrator.host_ports.leases import StackPorts
from wtc.orchestrator.host_ports.stale_urls import own_addresses, stale_urls
from wtc.planner.desired.resolve import Placement, resolve_desired
from wtc.ports.requests import port_requests

FILE = """\
services:
  web: {image: x, ports: ["${WEB_PORT:-8080}:80"]}
  api: {image: x, ports: ["9000:90", "9001:91"]}
  app:
    image: x
    ports: ["7000:7000"]
    environment:
      URL: %s
"""
LEASES = by_id({"web/80/tcp": 20001, "api/90/tcp": 20002, "api/91/tcp": 20003, "app/7000/tcp": 20004})


def format_findings(value: str) -> list[str]:
    """`LINE:COLUMN MESSAGE | HINT` of each finding, as `up` has them: the file's ports, then the leased ones."""
    read = decode_project(project(FILE % value))
    placed = decode_project(project(FILE % value, port_variables=PortVariables(ports={"WEB_PORT": "20001"})))
    requests = port_requests(read, {})
    place = Placement(namespace=Namespace(name="a-b", worktree="/a"), bind="127.0.0.1")
    ports = StackPorts(requests=requests, leased=LEASES)
    found = stale_urls(resolve_desired(placed, place), read, ports)
    return [f"{d.position.line}:{d.position.column} {d.message} | {d.hint}" for d in found if d.position]


@pytest.mark.parametrize(
    ("value", "variable", "port"),
    [
        ("http://localhost:8080/x", "WEB_PORT:-8080", 20001),
        ("127.0.0.1:9000", "WTC_PORT_API:-9000", 20002),
        ("http://0.0.0.0:9001", "WTC_PORT_API_91:-9001", 20003),
        ("http://host.docker.internal:9000", "WTC_PORT_API:-9000", 20002),
        ("'http://[::1]:9000'", "WTC_PORT_API:-9000", 20002),
    ],
)
def test_literal_address_is_reported_with_its_variable(value: str, variable: str, port: int) -> None:
    (line,) = format_findings(value)
    assert line.startswith("8:12 `URL` of service `app` names `")
    assert f"is published as {port} here" in line
    assert f"write `${{{variable}}}`" in line


@pytest.mark.parametrize(
    "value",
    [
        "http://localhost:${WEB_PORT:-8080}/x",
        "http://localhost:80",
        "http://localhost:80801",
        "http://web:8080",
        "http://notlocalhost:8080",
        "http://my.localhost:9000",
        "localhost",
        "http://10.127.0.0.1:9000",
        "0.0.0.0:7000",
        "'[::]:7000'",
    ],
)
def test_address_that_is_still_valid_is_not_reported(value: str) -> None:
    assert format_findings(value) == []


@pytest.mark.parametrize(("host", "inside"), [("localhost", True), ("host.docker.internal", False)])
def test_own_target_port_behind_localhost_is_reported(host: str, *, inside: bool) -> None:
    (line,) = format_findings(f"http://{host}:7000")
    assert "write `${WTC_PORT_APP:-7000}` in place of `7000`" in line
    assert ("inside its container it stays right" in line) is inside


def test_rest_of_the_value_is_not_shown() -> None:
    (line,) = format_findings("postgres://me:s3cret@localhost:9000/db")
    assert "s3cret" not in line


@pytest.mark.parametrize(
    ("value", "places"),
    [
        ("http://localhost:${APP_PORT:-7000}", ["4:71 services.app.environment.URL"]),
        ("http://localhost:${WEB_PORT:-8080}", []),
        ("http://app:${APP_PORT:-7000}", []),
    ],
)
def test_own_leased_port_behind_localhost_is_reported_until_a_container_exists(value: str, places: list[str]) -> None:
    text = f"""
services:
  web: {{image: x, ports: ["${{WEB_PORT:-8080}}:80"]}}
  app: {{image: x, ports: ["${{APP_PORT:-7000}}:70"], environment: {{URL: "{value}"}}}}
"""
    read = decode_project(project(text, port_variables=PortVariables()))
    ports = StackPorts(requests=port_requests(read, {}), leased={})
    found = own_addresses(read, ports, Observed())
    assert [f"{d.position.line}:{d.position.column} {dotted(d.path)}" for d in found if d.position] == places
    there = ObservedContainer(id="1", name="n", service="app", number=1, image="x", image_id="x", state="exited")
    assert not list(own_addresses(read, ports, Observed(containers=(there,))))
