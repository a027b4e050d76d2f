"""`config --namespaced`: the worktree's own names and host ports in the compose file."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.wtc_process import run_wtc

FILE = """\
services:
  web:
    image: nginx
    container_name: shop-web
    ports: ["${WEB_PORT:-8080}:80", "53:53/udp"]
    environment: {URL: "http://localhost:${WEB_PORT:-8080}", COST: "a$$b"}
    networks: {default: {aliases: [www]}}
    volumes: ["rows:/rows", "shared:/shared"]
    labels: {mine: kept}
    depends_on: [app]
  app:
    build: {context: ., tags: ["registry.test/app:1"]}
    image: shop/app
  side: {image: shop/app, network_mode: "container:shop-web", volumes_from: ["container:shop-web:ro", "app"]}
  many: {image: nginx, ports: ["8081:81"], scale: 2}
  off: {image: nginx, profiles: [off]}
volumes: {rows: {}, shared: {external: true}}
"""


@pytest.fixture
def worktree(tmp_path: Path) -> Path:
    folder = tmp_path / "accra"
    folder.mkdir()
    (folder / "compose.yaml").write_text(FILE)
    (folder / "Dockerfile").write_text("FROM nginx\n")
    assert wtc(folder, "setup")[0] == 0
    return folder


def wtc(folder: Path, *arguments: str) -> tuple[int, str, str]:
    environment = {"HOME": str(folder.parent), "PATH": "/usr/bin:/bin", "DOCKER_HOST": "unix:///nowhere.sock"}
    ended = run_wtc(*arguments, cwd=folder, env=environment, data=b"")
    return ended.returncode, ended.stdout.decode(), ended.stderr.decode()


def namespaced(folder: Path, *arguments: str) -> dict[str, Any]:
    status, out, err = wtc(folder, "config", "--namespaced", "--format", "json", *arguments)
    assert status == 0, err
    found: dict[str, Any] = json.loads(out)
    return found


def test_names_and_ports_are_those_of_the_stack(worktree: Path) -> None:
    found = namespaced(worktree)
    name = found["name"]
    ports = {
        (e["service"], e["target"]): e["port"] for e in json.loads(wtc(worktree, "ports", "--json")[1])["endpoints"]
    }
    web = found["services"]["web"]
    assert name.startswith("accra-")
    assert web["container_name"] == f"{name}_web"
    assert [(p["target"], p["published"], p["protocol"], p["host_ip"]) for p in web["ports"]] == [
        (80, str(ports["web", 80]), "tcp", "127.0.0.1"),
        (53, str(ports["web", 53]), "udp", "127.0.0.1"),
    ]
    assert web["environment"]["URL"] == f"http://localhost:{ports['web', 80]}"
    assert web["networks"]["default"]["aliases"] == ["www", "shop-web"]
    assert found["networks"]["default"]["name"] == f"{name}_net"
    assert found["volumes"]["rows"]["name"] == f"{name}_rows"
    assert found["volumes"]["shared"] == {"name": "shared", "external": True}
    assert found["services"].keys() == {"web", "app", "side", "many"}


def test_references_follow_the_names(worktree: Path) -> None:
    found = namespaced(worktree)
    name, app, side = found["name"], found["services"]["app"], found["services"]["side"]
    assert (app["image"], side["image"]) == (f"{name}-app", f"{name}-app")
    assert "tags" not in app["build"]
    assert side["network_mode"] == f"container:{name}_web"
    assert side["volumes_from"] == [f"container:{name}_web:ro", "app"]


def test_labels_prove_whose_the_containers_are(worktree: Path) -> None:
    found = namespaced(worktree)
    web = found["services"]["web"]["labels"]
    assert web["mine"] == "kept"
    assert (web["com.wtc.name"], web["com.wtc.project"]) == (f"{found['name']}_web", found["name"])
    assert found["volumes"]["rows"]["labels"]["com.wtc.resource"] == "rows"
    assert not any(label.startswith("com.docker.") for label in web)


def test_service_with_replicas_has_no_name_and_no_fixed_port(worktree: Path) -> None:
    many = namespaced(worktree)["services"]["many"]
    assert "container_name" not in many
    assert ["published" in port for port in many["ports"]] == [False]


def test_output_is_a_valid_file_that_means_the_same(worktree: Path) -> None:
    file = worktree.parent / "namespaced.yaml"
    assert wtc(worktree, "config", "--namespaced", "-o", str(file))[0] == 0
    status, out, err = wtc(worktree.parent, "-f", str(file), "config", "--format", "json")
    assert status == 0, err
    again, found = json.loads(out), namespaced(worktree)
    assert again["services"]["web"] == found["services"]["web"]
    assert again["services"]["web"]["environment"]["COST"] == "a$$b"


def test_named_services_come_with_their_dependencies_alone(worktree: Path) -> None:
    assert namespaced(worktree, "web")["services"].keys() == {"web", "app"}
    assert namespaced(worktree, "app")["services"].keys() == {"app"}


@pytest.mark.parametrize("option", ["--services", "--no-interpolate", "--all-resources", "--project-name=x"])
def test_options_of_the_plain_file_do_not_go_with_it(worktree: Path, option: str) -> None:
    status, _, err = wtc(worktree, "config", "--namespaced", option)
    assert (status, "do not go together" in err) == (2, True)
