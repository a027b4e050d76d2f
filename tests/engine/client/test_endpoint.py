"""Which endpoint is chosen, and the errors of an engine that cannot be reached."""

import errno
import hashlib
import json
import os
import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer

import pytest
import requests
import urllib3.exceptions

from wtc.engine.client.connection import connect
from wtc.engine.client.docker_transport import plain_error
from wtc.engine.client.endpoint import Endpoint, choose_endpoint, normalize_address
from wtc.engine.client.errors import translate_error
from wtc.engine.client.ssh import ssh_command
from wtc.errors import EngineError, EngineUnreachableError, NotFoundError

DEFAULT = "unix:///var/run/docker.sock"


def add_context(home: Path, name: str, host: str, *, skip_verify: bool = False, tls: bool = False) -> None:
    digest = hashlib.sha256(name.encode()).hexdigest()
    folder = home / ".docker" / "contexts" / "meta" / digest
    folder.mkdir(parents=True)
    endpoint = {"Host": host, "SkipTLSVerify": skip_verify}
    (folder / "meta.json").write_text(json.dumps({"Name": name, "Metadata": {}, "Endpoints": {"docker": endpoint}}))
    if tls:
        certificates = home / ".docker" / "contexts" / "tls" / digest / "docker"
        certificates.mkdir(parents=True)
        for file in ("ca.pem", "cert.pem", "key.pem"):
            (certificates / file).touch()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    add_context(tmp_path, "remote", "tcp://build.example:2376", tls=True)
    add_context(tmp_path, "colima", "unix:///home/me/.colima/docker.sock")
    add_context(tmp_path, "far", "ssh://me@far.example:2222")
    (tmp_path / ".docker" / "config.json").write_text('{"currentContext": "colima"}')
    return tmp_path


def chosen(home: Path, context: str = "", **environment: str) -> Endpoint:
    return choose_endpoint(context=context, environment={"HOME": str(home), **environment})


@pytest.mark.parametrize(
    ("context", "environment", "address"),
    [
        ("", {}, "unix:///home/me/.colima/docker.sock"),
        ("", {"DOCKER_CONTEXT": "remote"}, "tcp://build.example:2376"),
        ("", {"DOCKER_CONTEXT": "default"}, DEFAULT),
        ("", {"DOCKER_CONTEXT": "remote", "DOCKER_HOST": "unix:///x.sock"}, "unix:///x.sock"),
        ("far", {"DOCKER_HOST": "unix:///x.sock"}, "ssh://me@far.example:2222"),
        ("default", {"DOCKER_HOST": "unix:///x.sock", "DOCKER_CONTEXT": "remote"}, "unix:///x.sock"),
        ("", {"DOCKER_CONFIG": "/nowhere"}, DEFAULT),
        ("", {"DOCKER_HOST": ""}, "unix:///home/me/.colima/docker.sock"),
    ],
)
def test_engine_is_chosen_as_the_docker_command_does(
    home: Path, context: str, environment: dict[str, str], address: str
) -> None:
    assert chosen(home, context, **environment).address == address


def test_damaged_configuration_means_the_default_engine(tmp_path: Path) -> None:
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").write_text("{")
    assert chosen(tmp_path).address == DEFAULT


@pytest.mark.parametrize(
    ("address", "tls", "full"),
    [
        ("", False, DEFAULT),
        ("unix://", False, DEFAULT),
        ("build:2375", False, "tcp://build:2375"),
        ("tcp://build", False, "tcp://build:2375"),
        ("tcp://build", True, "tcp://build:2376"),
        ("https://build:2376", True, "tcp://build:2376"),
        ("ssh://me@far", False, "ssh://me@far"),
    ],
)
def test_address_is_completed(address: str, *, tls: bool, full: str) -> None:
    assert normalize_address(address, tls=tls) == full


@pytest.mark.parametrize("address", ["ftp://x", "tcp://x:port", "ssh://"])
def test_invalid_address_is_an_error(address: str) -> None:
    with pytest.raises(EngineUnreachableError, match="is not the address of an engine"):
        normalize_address(address, tls=False)


@pytest.mark.parametrize(
    ("context", "host", "local"),
    [("colima", "127.0.0.1", True), ("remote", "build.example", False), ("far", "far.example", False)],
)
def test_host_of_published_ports_is_the_engines_host(home: Path, context: str, host: str, *, local: bool) -> None:
    endpoint = chosen(home, context)
    assert (endpoint.host, endpoint.is_local) == (host, local)


def test_certificates_come_from_the_context_or_the_environment(home: Path, tmp_path: Path) -> None:
    of_context = chosen(home, "remote").tls
    assert of_context
    assert (Path(of_context.ca).name, of_context.verify) == ("ca.pem", True)
    of_environment = chosen(
        home, DOCKER_HOST="tcp://h:1", DOCKER_TLS_VERIFY="1", DOCKER_CERT_PATH=str(Path(of_context.ca).parent)
    ).tls
    assert of_environment == of_context
    assert chosen(home, DOCKER_HOST="tcp://h:1").tls is None


def test_missing_context_is_named_with_the_existing_ones(home: Path) -> None:
    with pytest.raises(EngineUnreachableError, match="docker context `x` does not exist") as caught:
        chosen(home, "x")
    assert "`default`, `colima`, `far`, `remote`" in caught.value.causes[0]


def test_damaged_context_is_named(home: Path) -> None:
    (home / ".docker/contexts/meta" / hashlib.sha256(b"far").hexdigest() / "meta.json").write_text("[]")
    with pytest.raises(EngineUnreachableError, match="cannot read the docker context `far`"):
        chosen(home, "far")


@pytest.mark.parametrize(
    ("kind", "cause"), [("missing", "no such socket"), ("closed", "connection refused"), ("file", "connection refused")]
)
def test_unreachable_engine_is_reported_with_its_cause(tmp_path: Path, kind: str, cause: str) -> None:
    path = tmp_path / "d.sock"
    if kind == "closed":
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(str(path))
    elif kind == "file":
        path.touch()
    with pytest.raises(EngineUnreachableError) as caught:
        connect(context="", environment={"HOME": str(tmp_path), "DOCKER_HOST": f"unix://{path}"})
    assert caught.value.message == f"cannot reach the engine at `unix://{path}`"
    assert caught.value.causes == (cause,)
    assert caught.value.hints[-1] == "to see what wtc tried, run `wtc doctor`"


@pytest.mark.parametrize(
    ("error", "cause", "hint"),
    [
        (PermissionError(errno.EACCES, "x"), "permission denied", "`docker` group"),
        (requests.ConnectionError(FileNotFoundError(errno.ENOENT, "x")), "no such socket", "systemctl start docker"),
        (requests.ConnectionError(socket.gaierror(1, "x")), "unknown host name", ""),
        (requests.ReadTimeout("x"), "timed out", ""),
        (requests.ConnectionError(ssl.SSLError("x")), "the TLS handshake failed", "DOCKER_TLS_VERIFY"),
        (urllib3.exceptions.ProtocolError("x"), "the connection was closed", ""),
    ],
)
def test_cause_depends_on_the_type_and_number_of_the_error(error: Exception, cause: str, hint: str) -> None:
    plain = plain_error(error) if isinstance(error, requests.RequestException | urllib3.exceptions.HTTPError) else error
    translated = translate_error(plain, doing="look", address="unix:///x")
    assert isinstance(translated, EngineUnreachableError)
    assert translated.causes == (cause,)
    assert hint in translated.hints[0]


def test_ssh_command_names_user_port_and_socket() -> None:
    assert ssh_command("ssh://me@far:2222/run/d.sock")[3:] == [
        *("-T", "-l", "me", "-p", "2222", "--", "far"),
        *("docker", "--host", "unix:///run/d.sock", "system", "dial-stdio"),
    ]


class _Server(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True


class FakeEngine:
    """Responds to every request with the same status and body."""

    def __init__(self, path: Path, *, api: str = "1.60") -> None:
        self.address = f"unix://{path}"
        self.requests: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.requests.append(self.path)
                missing = "missing" in self.path
                body = json.dumps({"message": "no such thing"} if missing else {"a": 1}).encode()
                self.send_response(404 if missing else 500 if "broken" in self.path else 200)
                self.send_header("Api-Version", api)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002  the base's

            def address_string(self) -> str:
                return "unix"

        self.server = _Server(str(path), lambda request, _, server: Handler(request, ("unix", 0), server))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeEngine]:
    engine = FakeEngine(tmp_path / "e.sock")
    yield engine
    engine.server.shutdown()
    engine.server.server_close()


def test_connecting_takes_one_request_and_negotiates_the_version(fake: FakeEngine, tmp_path: Path) -> None:
    engine = connect(context="", environment={"HOME": str(tmp_path), "DOCKER_HOST": fake.address})
    assert engine.api_version == (1, 51)
    assert engine.object("/thing", doing="look") == {"a": 1}
    assert fake.requests == ["/_ping", "/v1.51/thing"]


def test_error_response_becomes_an_error_with_the_engines_message_as_cause(fake: FakeEngine, tmp_path: Path) -> None:
    engine = connect(context="", environment={"HOME": str(tmp_path), "DOCKER_HOST": fake.address})
    with pytest.raises(NotFoundError, match="cannot look") as missing:
        engine.object("/missing", doing="look")
    assert (missing.value.status, missing.value.causes) == (404, ("no such thing",))
    with pytest.raises(EngineError) as broken:
        engine.object("/broken", doing="look")
    assert (type(broken.value), broken.value.status) == (EngineError, 500)


def test_engine_that_stops_is_unreachable(fake: FakeEngine, tmp_path: Path) -> None:
    engine = connect(context="", environment={"HOME": str(tmp_path), "DOCKER_HOST": fake.address})
    engine.close()
    fake.server.shutdown()
    fake.server.server_close()
    with pytest.raises(EngineUnreachableError, match="cannot reach the engine"):
        engine.object("/thing", doing="look")


@pytest.mark.parametrize(("api", "error"), [("1.40", "is too old"), ("", "is not a Docker engine")])
def test_engine_that_is_too_old_or_not_an_engine_is_an_error(tmp_path: Path, api: str, error: str) -> None:
    fake = FakeEngine(tmp_path / "f.sock", api=api)
    try:
        with pytest.raises((EngineError, EngineUnreachableError), match=error):
            connect(context="", environment={"HOME": str(tmp_path), "DOCKER_HOST": fake.address})
    finally:
        fake.server.shutdown()
        fake.server.server_close()


def test_ssh_carries_calls_over_the_pipes_of_its_command(
    fake: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bridge = tmp_path / "bin" / "ssh"
    bridge.parent.mkdir()
    path = fake.address.removeprefix("unix://")
    bridge.write_text(
        "#!/usr/bin/env python3\n"
        "import os, socket, threading\n"
        f"s = socket.socket(socket.AF_UNIX); s.connect({path!r})\n"
        "def up():\n"
        "    while data := os.read(0, 65536): s.sendall(data)\n"
        "threading.Thread(target=up, daemon=True).start()\n"
        "while data := s.recv(65536): os.write(1, data)\n"
    )
    bridge.chmod(0o755)
    monkeypatch.setenv("PATH", f"{bridge.parent}:{os.environ['PATH']}")
    engine = connect(context="", environment={"HOME": str(tmp_path), "DOCKER_HOST": "ssh://me@far.example"})
    assert engine.object("/thing", doing="look") == {"a": 1}
    assert (engine.host, engine.host_is_local) == ("far.example", False)
    engine.close()


def test_failed_ssh_is_reported_with_its_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bridge = tmp_path / "ssh"
    bridge.write_text("#!/bin/sh\necho 'far.example: no route' >&2\nexit 255\n")
    bridge.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(EngineUnreachableError) as caught:
        connect(context="", environment={"HOME": str(tmp_path), "DOCKER_HOST": "ssh://far.example"})
    assert caught.value.causes == ("far.example: no route",)
