"""Where a variable that names a published port is the leased port, and where it has its own value."""

from collections.abc import Mapping
from typing import Any, cast

import pytest

from tests.compose.memory import project
from wtc.compose.interpolation.port_variables import PortVariables
from wtc.compose.loader.loaded_project import LoadedProject
from wtc.compose.tree.node import plain

LEASED = PortVariables(ports={"P": "20001"})
PORTS = 'ports: ["${P:-6379}:6379"]'


def load(files: str | Mapping[str, str | bytes], variables: PortVariables = LEASED, **request: Any) -> LoadedProject:
    return project(files, port_variables=variables, **request)


def attribute(loaded: LoadedProject, *path: str | int) -> object:
    """Return a value of service `app`."""
    value: Any = cast("dict[str, Any]", plain(loaded.root))["services"]["app"]
    for step in path:
        value = value[step]
    return value


def environment(value: str, **request: Any) -> object:
    """Return the value of `V` in the environment of service `app`."""
    text = f"services: {{db: {{image: x, {PORTS}}}, app: {{image: x, environment: {{V: '{value}'}}}}}}"
    return attribute(load(text, **request), "environment", "V")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("localhost:${P:-6379}", "localhost:20001"),
        ("http://LocalHost:${P:-6379}/x", "http://LocalHost:20001/x"),
        ("app.localhost:$P", "app.localhost:20001"),
        ("127.0.0.1:${P}", "127.0.0.1:20001"),
        ("127.1.2.3:${P}", "127.1.2.3:20001"),
        ("[::1]:${P}", "[::1]:20001"),
        ("redis://user@host.docker.internal:${P:-6379}", "redis://user@host.docker.internal:20001"),
        ("${HOST:-localhost}:${P:-6379}", "localhost:20001"),
        ("${URL:-http://localhost:${P:-6379}}", "http://localhost:20001"),
        ("localhost:${Q:-${P:-6379}}", "localhost:20001"),
        ("localhost:${P:?}", "localhost:20001"),
        ("db:${P:-6379},localhost:${P:-6379}", "db:6379,localhost:20001"),
        ("redis://db:${P:-6379}", "redis://db:6379"),
        ("0.0.0.0:${P:-6379}", "0.0.0.0:6379"),
        ("mylocalhost:${P:-6379}", "mylocalhost:6379"),
        ("not-localhost:${P:-6379}", "not-localhost:6379"),
        ("localhost:1${P:-6379}", "localhost:16379"),
        ("localhost ${P:-6379}", "localhost 6379"),
        ("${P:-6379}", "6379"),
    ],
)
def test_variable_is_leased_only_after_a_host_address(value: str, expected: str) -> None:
    assert environment(value) == expected


def test_own_value_comes_from_the_environment() -> None:
    value = "db:${P:-6379} localhost:${P:-6379}"
    given = {"HOME": "/home/me", "P": "7000"}
    assert environment(value, environment=given) == "db:7000 localhost:20001"


PLACES: dict[str, tuple[str, tuple[str | int, ...], object]] = {
    "environment list": ('environment: ["V=localhost:${P:-1}"]', ("environment", "V"), "localhost:20001"),
    "labels": ('labels: {V: "localhost:${P:-1}"}', ("labels", "V"), "localhost:20001"),
    "build arguments": (
        'build: {context: ., args: {V: "localhost:${P:-1}"}}',
        ("build", "args", "V"),
        "localhost:20001",
    ),
    "command": ('command: ["localhost:${P:-1}"]', ("command", 0), "localhost:1"),
    "entrypoint": ('entrypoint: ["localhost:${P:-1}"]', ("entrypoint", 0), "localhost:1"),
    "healthcheck": ('healthcheck: {test: [CMD, "localhost:${P:-1}"]}', ("healthcheck", "test", 1), "localhost:1"),
    "hook": ('post_start: [{command: ["localhost:${P:-1}"]}]', ("post_start", 0, "command", 0), "localhost:1"),
    "expose": ('expose: ["${P:-1}"]', ("expose", 0), "1"),
    "container port": ('ports: ["127.0.0.1:${P:-1}:${P:-1}"]', ("ports", 0, "target"), 1),
    "host name": ('hostname: "localhost:${P:-1}"', ("hostname",), "localhost:1"),
    "shared network": (
        'network_mode: "service:db", environment: {V: "localhost:${P:-1}"}',
        ("environment", "V"),
        "localhost:1",
    ),
}


@pytest.mark.parametrize("place", PLACES)
def test_variable_is_leased_only_where_clients_read_it(place: str) -> None:
    attributes, path, expected = PLACES[place]
    text = f"services: {{db: {{image: x, {PORTS}}}, app: {{image: x, {attributes}}}}}"
    variables = PortVariables(ports={"P": "20001"}, apart=frozenset({"app"} if place == "shared network" else ()))
    assert attribute(load(text, variables), *path) == expected


def test_env_files_have_the_leased_port_after_a_host_address() -> None:
    files = {
        "compose.yaml": f"services: {{db: {{image: x, {PORTS}}}, app: {{image: x, env_file: app.env}}}}",
        "app.env": "A=localhost:${P:-1}\nB=db:${P:-1}\n",
    }
    assert attribute(load(files), "environment") == {"A": "localhost:20001", "B": "db:1"}


DOTENV = {
    ".env": "P=7000\nURL=http://localhost:${P}\nPEER=db:${P}\n",
    "compose.yaml": f"""
        services:
          db: {{image: x, {PORTS}}}
          app:
            image: x
            command: ["$URL"]
            environment: {{V: "$URL $PEER $P", URL: , P: }}
    """,
}


def test_project_env_file_has_the_leased_port_where_clients_read_it() -> None:
    loaded = load(DOTENV)
    assert attribute(loaded, "environment") == {
        "V": "http://localhost:20001 db:7000 7000",
        "URL": "http://localhost:20001",
        "P": "7000",
    }
    assert attribute(loaded, "command") == ["http://localhost:7000"]


def test_included_env_file_has_the_leased_port_where_clients_read_it() -> None:
    files = {f"sub/{path}": text for path, text in DOTENV.items()} | {"compose.yaml": "include: [sub/compose.yaml]"}
    assert attribute(load(files), "environment", "V") == "http://localhost:20001 db:7000 7000"


def test_name_without_a_value_is_not_set_to_the_leased_port() -> None:
    text = f"services: {{db: {{image: x, {PORTS}}}, app: {{image: x, environment: [P]}}}}"
    assert attribute(load(text), "environment") == {"P": None}


@pytest.mark.parametrize(
    ("choice", "expected"),
    [("leased", ["20001", "db:20001", "localhost:20001"]), ("own", ["1", "db:1", "localhost:1"])],
)
def test_choice_for_a_variable_applies_in_all_places(choice: str, expected: list[str]) -> None:
    command = 'command: ["${P:-1}", "db:${P:-1}", "localhost:${P:-1}"]'
    text = f'services: {{app: {{image: x, ports: ["${{P:-1}}:${{P:-1}}"], {command}}}}}'
    loaded = load(text, PortVariables(ports={"P": "20001"}, choices={"P": choice}))
    assert attribute(loaded, "command") == expected
    assert attribute(loaded, "ports", 0, "target") == 1


def test_config_does_not_lease_port_variables() -> None:
    text = f"services: {{app: {{image: x, {PORTS}, environment: {{V: 'localhost:${{P:-6379}}'}}}}}}"
    assert attribute(project(text), "environment", "V") == "localhost:6379"
