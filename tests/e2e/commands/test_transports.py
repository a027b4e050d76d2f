"""The main commands, with the engine reached over each transport."""

import os
import shutil
import socket
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from tests.e2e.harness import HEALTHY, Workshop
from tests.e2e.proxy import engine_address
from tests.e2e.scenarios.stackfile import service, stackfile
from tests.engine.client.certificates import make_certificate
from tests.engine.client.scripted_server import TRANSPORTS, Peer, serve

pytestmark = pytest.mark.engine

PIECE = 1 << 16
PUBLISHED = stackfile(
    service("web", "depends_on: {db: {condition: service_healthy}}", "ports: ['80']"),
    service("db", HEALTHY, command="httpd -f -h /etc"),
)


def pass_bytes(peer: Peer) -> None:
    """Pass the bytes of a connection to the engine and back."""
    with socket.socket(socket.AF_UNIX) as engine:
        engine.connect(engine_address().removeprefix("unix://"))
        back = threading.Thread(target=_pass, args=(engine, peer.link), daemon=True)
        back.start()
        _pass(peer.link, engine)
        back.join()


def _pass(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(PIECE):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)


@pytest.mark.parametrize("over", TRANSPORTS)
def test_a_stack_lives_over_each_transport(
    over: str, workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = make_certificate(tmp_path) if over == "tls" else None
    workshop.commit({"compose.yaml": PUBLISHED})
    with serve(over, tmp_path, monkeypatch, certificate) as server:
        server.script = pass_bytes
        workshop.env |= {"DOCKER_HOST": server.endpoint.address, "PATH": os.environ["PATH"]}
        if certificate:
            shutil.copy(f"{certificate}.crt", tmp_path / "ca.pem")
            workshop.env |= {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(tmp_path)}
        stack = workshop.up()
        assert workshop.up().answer["changed"] is False
        assert workshop.wtc("exec", "-T", "web", "echo", "hello").out == "hello\n"
        assert {line["service"] for line in workshop.wtc("status", "--json").json()["services"]} == {"web", "db"}
        workshop.wtc("cp", "web:/etc/passwd", str(tmp_path / "passwd"))
        assert (tmp_path / "passwd").read_text().startswith("root:")
        workshop.wtc("restart", "-t", "0")
        workshop.wtc("stop", "-t", "0")
        workshop.wtc("start")
        assert set(stack.ids()) == {"web", "db"}
        workshop.wtc("down", "-t", "0")
        workshop.wtc("clean", "-y")
        assert server.connections
    assert not workshop.leftovers()
