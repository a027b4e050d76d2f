"""The floor repeats the recorded requests, with the ids of the objects that it creates."""

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import cast

import pytest

from tests.benchmarks.recorder import Recorder
from tests.benchmarks.recording import floor_recording

FLOOR = Path(__file__).with_name("floor.py")
LOGS = b"line\n" * 3


class _Engine(ThreadingMixIn, UnixStreamServer):
    """Creates objects with an id each, and keeps the requests."""

    daemon_threads = True

    def __init__(self, path: str) -> None:
        self.seen: list[tuple[str, str, bytes]] = []
        self.created = 0
        super().__init__(path, _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def _engine(self) -> _Engine:
        return cast("_Engine", self.server)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._engine.seen.append(("POST", self.path, body))
        if self.path.endswith("/create"):
            self._engine.created += 1
            self._answer(201, json.dumps({"Id": f"{self._engine.created:064x}"}).encode())
        else:
            self._answer(204)

    def do_GET(self) -> None:
        self._engine.seen.append(("GET", self.path, b""))
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(LOGS), LOGS))

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def short() -> Iterator[str]:
    """A folder with a short path, for sockets."""
    folder = tempfile.mkdtemp(prefix="wtc-")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def engine(short: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[_Engine]:
    with _Engine(f"{short}/engine.sock") as made:
        monkeypatch.setenv("DOCKER_HOST", f"unix://{short}/engine.sock")
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.shutdown()


class _Client(http.client.HTTPConnection):
    """One connection to a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("docker")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self._path)

    def ask(self, method: str, path: str, body: bytes = b"") -> bytes:
        self.request(method, path, body)
        return self.getresponse().read()


def _replay(short: str, recorder: Recorder) -> None:
    recording = Path(short, "recording")
    recording.write_bytes(floor_recording(recorder.calls))
    subprocess.run(
        [sys.executable, "-I", str(FLOOR), f"{short}/engine.sock", str(recording), f"{short}/ids"],
        env={"PATH": os.environ["PATH"]},
        check=True,
    )


def test_floor_sends_the_same_requests_with_its_own_ids(short: str, engine: _Engine) -> None:
    with Recorder(f"{short}/up.sock") as up:
        first, second = _Client(f"{short}/up.sock"), _Client(f"{short}/up.sock")
        created = json.loads(first.ask("POST", "/containers/create", b"{}"))["Id"]
        second.ask("POST", f"/containers/{created}/start", b"with a body")
        assert first.ask("GET", "/containers/json?all=1") == LOGS
    with Recorder(f"{short}/down.sock") as down:
        _Client(f"{short}/down.sock").ask("POST", f"/containers/{created}/stop")
    engine.seen.clear()
    _replay(short, up)
    _replay(short, down)
    assert engine.seen == [
        ("POST", "/containers/create", b"{}"),
        ("POST", f"/containers/{2:064x}/start", b"with a body"),
        ("GET", "/containers/json?all=1", b""),
        ("POST", f"/containers/{2:064x}/stop", b""),
    ]
    assert up.requests == [
        "POST /containers/create",
        f"POST /containers/{1:064x}/start",
        "GET /containers/json?all=1",
    ]


def test_floor_fails_where_the_recorded_command_did_not(short: str, engine: _Engine) -> None:
    with Recorder(f"{short}/up.sock") as recorder:
        _Client(f"{short}/up.sock").ask("POST", "/containers/create", b"{}")
    engine.shutdown()
    engine.server_close()
    with pytest.raises(subprocess.CalledProcessError):
        _replay(short, recorder)
