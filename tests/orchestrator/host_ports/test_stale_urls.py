"""Warnings about literal addresses whose port is published elsewhere, with the variable to write."""

from dataclasses import replace

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
    assert ("it is still correct inside the container" in line) is inside


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


UNKNOWN = """
services:
  web: {{image: x, ports: ["${{WEB_PORT:-8080}}:80"], networks: {{default: {{aliases: [alias.test]}}}}}}
  api: {{image: x, container_name: the-api, ports: ["9000:90"], hostname: api.host}}
  app:
    image: x
    build: {{context: /, args: {args}}}
    labels: {labels}
    environment: {environment}
    extra_hosts: ["gate.test:host-gateway", "fixed.test:10.0.0.1"]
    links: ["web:linked.test"]
"""


def warnings(*, variables: dict[str, str] | None = None, choices: str = "", **places: str) -> list[str]:
    """`LINE:COLUMN PATH ADDRESS` of each warning about the file `UNKNOWN` with these values."""
    text = UNKNOWN.format(**{"args": "{}", "labels": "{}", "environment": "{}", **places})
    first = PortVariables(choices={"WEB_PORT": choices} if choices else {})
    read = decode_project(project(text, port_variables=first, environment=variables or {}))
    leased = replace(first, ports={"WEB_PORT": "20001"})
    placed = decode_project(project(text, port_variables=leased, environment=variables or {}))
    place = Placement(namespace=Namespace(name="a-b", worktree="/a"), bind="127.0.0.1")
    ports = StackPorts(requests=port_requests(read, {}), leased=LEASES, port_variables=leased)
    found = stale_urls(resolve_desired(placed, place), read, ports)
    return [f"{d.position.line} {dotted(d.path[2:])} {d.message.split('`')[5]}" for d in found if d.position]


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("http://app.test:", "app.test:8080"),
        ("http://user:secret@app.test:", "app.test:8080"),
        ("app.test:", "app.test:8080"),
        ("http://proxy:", "proxy:8080"),
        ("http://192.0.2.1:", "192.0.2.1:8080"),
        ("http://[2001:db8::1]:", "[2001:db8::1]:8080"),
        ("http://gate.test:", "gate.test:8080"),
    ],
)
def test_leased_port_behind_an_unknown_host_is_reported(host: str, address: str) -> None:
    value = f'"{host}${{WEB_PORT:-8080}}/x"'
    assert warnings(environment=f"{{URL: {value}}}") == [f"9 environment.URL {address}"]
    assert warnings(args=f"{{URL: {value}}}") == [f"7 build.args.URL {address}"]
    assert warnings(labels=f"{{url: {value}}}") == [f"8 labels.url {address}"]
    assert warnings(environment=f'["URL={host}${{WEB_PORT:-8080}}/x"]') == [f"9 environment[0] {address}"]


@pytest.mark.parametrize(
    "value",
    [
        "http://web:${WEB_PORT:-8080}",
        "http://WEB:${WEB_PORT:-8080}",
        "http://alias.test:${WEB_PORT:-8080}",
        "http://the-api:${WEB_PORT:-8080}",
        "api.host:${WEB_PORT:-8080}",
        "http://linked.test:${WEB_PORT:-8080}",
        "fixed.test:${WEB_PORT:-8080}",
        "http://localhost:${WEB_PORT:-8080}",
        "${WEB_PORT:-8080}",
        "port:${WEB_PORT:-8080}",
        "http://app.test:${OTHER:-8080}",
        "http://app.test:8080",
    ],
)
def test_port_behind_a_known_host_is_not_reported(value: str) -> None:
    assert warnings(environment=f'{{URL: "{value}"}}') == []


@pytest.mark.parametrize("choice", ["own", "leased"])
def test_port_variable_that_the_project_sets_is_not_reported(choice: str) -> None:
    assert warnings(environment='{URL: "http://app.test:${WEB_PORT:-8080}"}', choices=choice) == []


def test_literal_address_in_labels_and_build_arguments_is_reported() -> None:
    found = warnings(args='{URL: "localhost:9000"}', labels='["url=localhost:8080"]')
    assert found == ["8 labels.url localhost:8080", "7 build.args.URL localhost:9000"]


def test_address_in_an_env_file_is_reported_with_its_line() -> None:
    files = {
        "compose.yaml": """
services:
  web: {image: x, ports: ["${WEB_PORT:-8080}:80"]}
  api: {image: x, ports: ["9000:90"]}
  app: {image: x, env_file: [first.env, app.env]}
""",
        "first.env": "A=1\nKEPT=localhost:9000\n",
        "app.env": '# comment\nTEXT="two\nlines"\nA=2\nLITERAL=http://localhost:9000\n\nURL=http://app.test:$WEB_PORT\nB=$A\n',
        ".env": "WEB_PORT=8080\nBASE=http://app.test:$WEB_PORT\n",
    }
    read = decode_project(project(files, port_variables=PortVariables()))
    place = Placement(namespace=Namespace(name="a-b", worktree="/a"), bind="127.0.0.1")
    ports = StackPorts(requests=port_requests(read, {}), leased=LEASES)
    found = stale_urls(resolve_desired(read, place), read, ports)
    assert sorted(f"{d.position}".rpartition("/")[2] for d in found if d.position) == [
        ".env:2:6",
        "app.env:5:1",
        "app.env:7:5",
        "first.env:2:1",
    ]
