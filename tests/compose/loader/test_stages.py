"""The stages of a load that `config` can leave out: `--no-normalize`, `--no-path-resolution`, `--no-consistency`."""

from typing import Any

import pytest

from tests.compose.memory import config, project
from wtc.compose.format.config import config_yaml
from wtc.compose.tree.node import plain
from wtc.errors import ComposeFileError

FILES = {
    "compose.yaml": """
        name: Shop
        include: [part/c.yaml]
        services:
          a: {image: x, volumes: ["./data:/d", "vol:/v", "~/h:/h", "/abs/../x:/x"], build: {context: ., args: [E, U]}}
          b: {image: y, env_file: [b.env], environment: {E: , U: , A: 1}, depends_on: [], links: [a]}
          c: {extends: {file: base/s.yaml, service: s}}
        volumes: {vol: {}}
    """,
    "part/c.yaml": "include: [deep/d.yaml]\nservices: {p: {image: p, volumes: ['./pv:/pv'], env_file: p.env}}",
    "part/deep/d.yaml": "services: {d: {image: d, build: ./ctx}}",
    "base/s.yaml": "services: {s: {image: s, volumes: ['./sv:/sv'], env_file: s.env}}",
    "b.env": "B=1",
    "part/p.env": "P=1",
    "base/s.env": "S=1",
}
SET: dict[str, Any] = {"environment": {"HOME": "/home/me", "E": "e"}, "project_name": ""}


def sources(services: dict[str, Any]) -> list[str]:
    return sorted(mount["source"] for service in services.values() for mount in service.get("volumes", ()))


def test_project_is_left_as_it_is_without_normalization() -> None:
    found = config(FILES, normalize=False, **SET)
    a, b = found["services"]["a"], found["services"]["b"]
    assert (found["name"], found["volumes"], "networks" in found) == ("Shop", {"vol": {}}, False)
    assert a["build"] == {"context": "/srv/app", "args": {"E": None, "U": None}}
    assert "depends_on" not in b
    assert b["environment"] == {"A": "1", "B": "1", "E": "e", "U": None}


def test_name_of_the_folder_is_normalized_all_the_same() -> None:
    found = config({"My App/compose.yaml": "services: {a: {image: x}}"}, cwd="/srv/app/My App", normalize=False, **SET)
    assert found["name"] == "myapp"


def test_paths_stay_relative_to_the_project_without_path_resolution() -> None:
    services = config(FILES, resolve_paths=False, **SET)["services"]
    assert sources(services) == ["./data", "/abs/../x", "base/sv", "part/pv", "vol", "~/h"]
    assert (services["a"]["build"]["context"], services["d"]["build"]["context"]) == (".", "part/deep/ctx")
    assert [services[name]["environment"] for name in "pc"] == [{"P": "1"}, {"S": "1"}]


def test_env_file_is_read_from_the_current_folder_without_path_resolution() -> None:
    files = {
        "compose.yaml": "services: {a: {image: x, env_file: [e.env]}}",
        "e.env": "E=project",
        "here/e.env": "E=here",
    }
    request = {"cwd": "/srv/app/here", "files": ("/srv/app/compose.yaml",), **SET}
    assert config(files, resolve_paths=False, **request)["services"]["a"]["environment"] == {"E": "here"}
    assert config(files, **request)["services"]["a"]["environment"] == {"E": "project"}


@pytest.mark.parametrize(
    "text",
    [
        "services: {a: {image: x, depends_on: [nosuch]}}",
        "services: {a: {image: x, volumes: ['nosuch:/v']}}",
        "services: {a: {init: true}}",
        "services: {a: {image: x, container_name: nn}, b: {image: x, container_name: nn}}",
        "services: {a: {image: x, depends_on: [b]}, b: {image: x, depends_on: [a]}}",
    ],
)
def test_contradiction_is_accepted_without_the_consistency_check(text: str) -> None:
    with pytest.raises(ComposeFileError):
        project(text)
    assert "a" in config(text, check_consistency=False)["services"]


def test_value_of_the_wrong_type_is_an_error_without_the_consistency_check() -> None:
    with pytest.raises(ComposeFileError):
        project("services: {a: {image: [x]}}", check_consistency=False)


def test_no_variable_has_a_value_without_interpolation() -> None:
    files = {
        "compose.yaml": """
            include: [part/c.yaml]
            services: {a: {image: "x:$E", environment: [E, U], build: {args: {E: , K: 1}}}, m: {environment: {E: }}}
        """,
        "part/c.yaml": "services: {p: {image: p, environment: [E, I]}}",
        "part/.env": "I=i",
    }
    services: Any = plain(project(files, interpolate=False, **{**SET, "project_name": "p"}).root.items["services"])
    assert (services["a"]["image"], services["a"]["environment"]) == ("x:$E", ["E", "U"])
    assert services["a"]["build"]["args"] == {"K": 1}
    assert (services["m"]["environment"], services["p"]["environment"]) == ({"E": None}, ["E", "I=i"])


def test_whole_file_can_be_printed_with_all_stages_left_out() -> None:
    loaded = project(FILES, normalize=False, resolve_paths=False, check_consistency=False, **SET)
    assert config_yaml(loaded).startswith("name: Shop\nservices:\n")
