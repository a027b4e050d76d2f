"""`wtc inspect`: no engine, no value of the file, and each thing at its place."""

import json
from pathlib import Path
from typing import Any

import pytest

from wtc.cli.main import run

FILE = """\
services:
  web:
    image: acme/web
    build: .
    container_name: web
    ports: ["8080:80", "9090:90"]
    environment: {PASSWORD: s3cret}
    deploy:
      replicas: 1
      placement: {constraints: [node.role==worker]}
    depends_on: [db]
  db:
    image: mariadb
    volumes: ["rows:/var/lib/mysql", "/var/run/docker.sock:/docker.sock"]
  job: {image: x, profiles: [off]}
volumes: {rows: {}}
"""


@pytest.fixture
def worktree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a compose file; one of its two ports is leased."""
    folder = tmp_path / "accra"
    folder.mkdir()
    (folder / "compose.yaml").write_text(FILE)
    state = tmp_path / "state"
    state.mkdir()
    record = {"worktree": str(folder.resolve()), "ports": {"web/80/tcp": 20123}}
    (state / "registry.json").write_text(json.dumps({"version": 2, "stacks": {"accra-a1b2c3": record}}))
    monkeypatch.chdir(folder)
    monkeypatch.setenv("WTC_CONFIG_DIR", str(state))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DOCKER_HOST", "unix:///no/engine.sock")
    monkeypatch.setenv("NO_COLOR", "1")
    return folder


def inspected(capsys: pytest.CaptureFixture[str], *services: str) -> dict[str, Any]:
    assert run(["inspect", *services, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_names_are_those_of_the_namespace(worktree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = inspected(capsys)
    assert (document["namespace"], document["worktree"]) == ("accra-a1b2c3", str(worktree.resolve()))
    web, db = document["services"]
    assert (web["containers"], web["image"], web["built"]) == (["accra-a1b2c3_web"], "accra-a1b2c3-web", True)
    assert (db["containers"], db["image"], db["built"]) == (["accra-a1b2c3_db"], "mariadb", False)
    assert web["networks"] == {"accra-a1b2c3_net": ["web"]}
    assert [(n["network"], n["name"]) for n in document["networks"]] == [("default", "accra-a1b2c3_net")]
    assert [(v["volume"], v["name"]) for v in document["volumes"]] == [("rows", "accra-a1b2c3_rows")]


@pytest.mark.usefixtures("worktree")
def test_leased_ports_are_shown_and_no_port_is_leased(capsys: pytest.CaptureFixture[str]) -> None:
    ports = inspected(capsys)["services"][0]["ports"]
    assert [(p["target"], p["published"], p["port"]) for p in ports] == [(80, "8080", 20123), (90, "9090", None)]


def test_each_attribute_has_its_place_and_its_status(worktree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    attributes = {a["path"]: a for a in inspected(capsys)["services"][0]["attributes"]}
    assert attributes["services.web.container_name"] == {
        "path": "services.web.container_name",
        "status": "rewritten",
        "reason": "the container is named after the namespace; this name becomes an alias",
        "file": str(worktree.resolve() / "compose.yaml"),
        "line": 5,
        "column": 5,
    }
    place = attributes["services.web.deploy.placement"]
    assert (place["status"], place["line"], place["column"]) == ("ignored", 10, 7)
    assert attributes["services.web.environment"]["status"] == "honoured"


@pytest.mark.usefixtures("worktree")
def test_isolation_findings_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    (socket,) = inspected(capsys)["isolation"]
    assert (socket["path"], socket["line"], socket["column"]) == ("services.db.volumes[1].source", 14, 38)


@pytest.mark.usefixtures("worktree")
def test_only_the_given_service_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert [s["service"] for s in inspected(capsys, "db")["services"]] == ["db"]


@pytest.mark.usefixtures("worktree")
def test_text_shows_positions_and_no_values(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["inspect"]) == 0
    out = capsys.readouterr().out
    assert "service web: accra-a1b2c3_web, image accra-a1b2c3-web\n" in out
    assert "deploy.placement" in out
    assert "compose.yaml:10:7" in out
    assert "80/tcp  ->  20123\n" in out
    assert "s3cret" not in out


@pytest.mark.usefixtures("worktree")
def test_unknown_service_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["inspect", "wbe"]) == 2
    assert "wbe" in capsys.readouterr().err


REFERENCES = """\
services:
  vpn: {image: x, container_name: gate, ports: ["${VPN_PORT:-8080}:80"]}
  app:
    build: {context: ., additional_contexts: {dep: "service:base"}}
    image: app
    network_mode: container:gate
  base: {image: base, build: {dockerfile_inline: FROM busybox}}
  other:
    image: base
    volumes_from: ["container:gate:ro", "container:elsewhere"]
    external_links: ["gate:g"]
    environment: {URL: "http://localhost:${VPN_PORT:-8080}", PEER: "vpn:${VPN_PORT:-8080}"}
"""


def test_references_are_shown_with_their_replacement(worktree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (worktree / "compose.yaml").write_text(REFERENCES)
    (worktree / "Dockerfile").write_text("FROM base")
    found = {r["path"]: (r["line"], r["becomes"]) for r in inspected(capsys)["references"]}
    assert found == {
        "services.app.network_mode": (6, ["container:accra-a1b2c3_vpn"]),
        "services.app.image": (5, ["accra-a1b2c3-app"]),
        "services.app.build.additional_contexts.dep": (4, ["docker-image://accra-a1b2c3-base"]),
        "services.app.build.dockerfile": (4, ["accra-a1b2c3-base"]),
        "services.base.image": (7, ["accra-a1b2c3-base"]),
        "services.other.image": (9, ["accra-a1b2c3-base"]),
        "services.other.volumes_from[0]": (10, ["accra-a1b2c3_vpn:ro"]),
        "services.other.external_links[0]": (11, ["accra-a1b2c3_vpn:g"]),
    }


def test_uses_of_port_variables_are_shown_with_their_values(worktree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (worktree / "compose.yaml").write_text(REFERENCES)
    found = [(u["variable"], u["path"], u["value"]) for u in inspected(capsys, "other")["port_variables"]]
    assert found == [
        ("VPN_PORT", "services.vpn.ports[0]", "leased"),
        ("VPN_PORT", "services.other.environment.URL", "leased"),
        ("VPN_PORT", "services.other.environment.PEER", "own"),
    ]
    assert run(["inspect"]) == 0
    text = capsys.readouterr().out
    assert "container:accra-a1b2c3_vpn" in text
    assert "services.other.environment.PEER" in text
