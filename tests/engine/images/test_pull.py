"""Pulls from a fake engine with scripted responses."""

import base64
import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from wtc.engine.client.connection import Engine, connect
from wtc.engine.client.credentials import registry_of
from wtc.engine.images import pull
from wtc.errors import EngineError, EngineUnreachableError, InterruptedByUserError, NotFoundError
from wtc.model.desired import DesiredImage
from wtc.model.plan import PullImage

Record = dict[str, object]
Answer = tuple[int, list[Record]]
DROP: Record = {"drop": True}
HANG: Record = {"hang": True}
LAYER: Record = {"status": "Downloading", "id": "1f5", "progressDetail": {"current": 10, "total": 100}}


class FakeEngine(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def __init__(self, path: str) -> None:
        self.answers: list[Answer] = []
        self.queries: list[dict[str, str]] = []
        self.sent: list[Record] = []
        self.noted: list[str] = []
        self.tagging = 201
        """The status of its response to `POST /images/{name}/tag`."""
        self.distribution = 500
        """The status of its response to `GET /distribution/{name}/json`."""
        self.gone = threading.Event()
        super().__init__(path, Handler)


class Handler(BaseHTTPRequestHandler):
    server: FakeEngine  # pyright: ignore[reportIncompatibleVariableOverride]
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002  the base class's name

    def address_string(self) -> str:
        return "unix"

    def do_GET(self) -> None:
        self.send_response(self.server.distribution if "/distribution/" in self.path else 200)
        self.send_header("Api-Version", "1.47")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"OK")

    def do_POST(self) -> None:
        if urlsplit(self.path).path.endswith("/tag"):
            self.server.noted.append(self.path.partition("/images/")[2])
            self.send_response(self.server.tagging)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.server.queries.append({k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()})
        header = self.headers.get("X-Registry-Auth")
        self.server.sent.append(json.loads(base64.urlsafe_b64decode(header)) if header else {})
        status, lines = self.server.answers.pop(0)
        self.send_response(status)
        if status != 200:
            body = json.dumps(lines[0]).encode()
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for line in lines:
            if line is HANG:
                self.rfile.read(1)
                self.server.gone.set()
            if line in (DROP, HANG):
                self.close_connection = True
                return
            data = json.dumps(line).encode() + b"\r\n"
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "docker"
    folder.mkdir()
    monkeypatch.setenv("DOCKER_CONFIG", str(folder))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(pull, "BACKOFF_S", (0.0, 0.0))
    return folder


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEngine]:
    monkeypatch.chdir(tmp_path)  # the path of a socket has a small limit
    with FakeEngine("fake.sock") as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def engine(fake: FakeEngine, tmp_path: Path) -> Iterator[Engine]:
    found = connect(context="", environment={"DOCKER_HOST": f"unix://{tmp_path}/fake.sock", "HOME": str(tmp_path)})
    yield found
    found.close()


Pull = Callable[[str], list[tuple[str, str, int, int]]]


@pytest.fixture
def run(engine: Engine) -> Pull:
    def run(reference: str) -> list[tuple[str, str, int, int]]:
        progress: list[tuple[str, str, int, int]] = []
        image = DesiredImage(service="web", reference=reference, platform="linux/arm64")

        def report(item: str, text: str, current: int, total: int) -> None:
            progress.append((item, text, current, total))

        pull.pull_image(engine, PullImage(image=image), report)
        return progress

    return run


def log_in(folder: Path, registry: str) -> None:
    auth = base64.b64encode(b"me:secret").decode()
    (folder / "config.json").write_text(json.dumps({"auths": {registry: {"auth": auth}}}))


def test_progress_is_reported_for_each_layer(fake: FakeEngine, run: Pull) -> None:
    done: Record = {"status": "Pull complete", "id": "1f5", "progressDetail": {}}
    fake.answers = [(200, [{"status": "Pulling from a", "id": "1"}, LAYER, done, {"status": "Status: Downloaded"}])]
    assert run("a:1") == [("1f5", "downloading", 10, 100), ("1f5", "pull complete", 0, 0)]


@pytest.mark.parametrize(
    ("reference", "name", "tag"),
    [
        ("redis", "redis", "latest"),
        ("redis:7", "redis", "7"),
        ("localhost:5000/a/b", "localhost:5000/a/b", "latest"),
        ("localhost:5000/a/b:2", "localhost:5000/a/b", "2"),
        ("a@sha256:12", "a", "sha256:12"),
        ("h:1/a:2@sha256:12", "h:1/a:2", "sha256:12"),
    ],
)
def test_only_one_tag_is_pulled(fake: FakeEngine, run: Pull, reference: str, name: str, tag: str) -> None:
    fake.answers = [(200, [])]
    run(reference)
    assert fake.queries == [{"fromImage": name, "tag": tag, "platform": "linux/arm64"}]


@pytest.mark.parametrize(
    ("reference", "noted"),
    [
        ("redis", ["redis/tag?repo=redis&tag=latest"]),
        ("localhost:5000/a/b:2", ["localhost:5000/a/b:2/tag?repo=localhost%3A5000%2Fa%2Fb&tag=2"]),
        ("a@sha256:12", []),
    ],
)
@pytest.mark.parametrize("answer", [201, 500])
def test_time_of_the_pull_is_recorded(
    fake: FakeEngine, run: Pull, reference: str, noted: list[str], answer: int
) -> None:
    fake.answers, fake.tagging = [(200, [])], answer
    run(reference)
    assert fake.noted == noted


def test_pull_that_takes_long_to_fail_is_not_retried(
    fake: FakeEngine, run: Pull, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine has retried by itself meanwhile."""
    monkeypatch.setattr(pull, "RETRY_WITHIN_S", -1.0)
    fake.answers = [(200, [LAYER, {"errorDetail": {"message": "unexpected EOF"}, "error": "unexpected EOF"}])]
    with pytest.raises(EngineError):
        run("x:1")
    assert len(fake.queries) == 1


def test_failed_pull_of_a_local_image_has_a_hint_to_use_it(fake: FakeEngine, engine: Engine) -> None:
    fake.answers = [(404, [{"message": "no such manifest"}])]
    image = DesiredImage(service="web", reference="x")

    def report(*_: object) -> None: ...

    with pytest.raises(NotFoundError) as caught:
        pull.pull_image(engine, PullImage(image=image, again=True), report)
    assert caught.value.hints[-1] == "to use the local image, run `wtc up --pull missing`"


@pytest.mark.parametrize(
    ("reference", "registry"),
    [
        ("redis", "docker.io"),
        ("a/b", "docker.io"),
        ("index.docker.io/a/b", "docker.io"),
        ("localhost/a", "localhost"),
        ("ghcr.io/a/b:1", "ghcr.io"),
        ("host:5000/a", "host:5000"),
    ],
)
def test_registry_is_read_from_the_reference(reference: str, registry: str) -> None:
    assert registry_of(reference) == registry


def test_credentials_are_sent_only_to_their_registry(fake: FakeEngine, run: Pull, config: Path) -> None:
    log_in(config, "https://private.example/v2/")
    fake.answers = [(200, []), (200, [])]
    run("private.example/a")
    run("other.example/a")
    assert [sent.get("password") for sent in fake.sent] == ["secret", None]


def test_credential_helper_is_called(
    fake: FakeEngine, run: Pull, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    helper = tmp_path / "docker-credential-test"
    helper.write_text('#!/bin/sh\nread host\nprintf \'{"ServerURL":"%s","Username":"me","Secret":"s"}\' "$host"\n')
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    (config / "config.json").write_text('{"credHelpers": {"private.example": "test"}}')
    fake.answers = [(200, [])]
    run("private.example/a")
    assert fake.sent == [{"ServerAddress": "private.example", "Username": "me", "Password": "s"}]


def test_missing_helper_is_reported_only_if_the_pull_fails(fake: FakeEngine, run: Pull, config: Path) -> None:
    (config / "config.json").write_text('{"credsStore": "absent"}')
    fake.answers = [(200, []), (404, [{"message": "no such manifest"}])]
    run("private.example/a")
    with pytest.raises(NotFoundError) as caught:
        run("private.example/a")
    assert "docker-credential-absent" in caught.value.causes[1]


def test_missing_image_names_service_and_image(fake: FakeEngine, run: Pull) -> None:
    fake.answers = [(404, [{"message": "manifest for x:9 not found"}])]
    with pytest.raises(NotFoundError) as caught:
        run("x:9")
    assert caught.value.message == "image `x:9` of service `web` was not found"
    assert caught.value.causes == ("manifest for x:9 not found",)
    assert caught.value.hints[-1].endswith("run `docker login`")
    assert len(fake.queries) == 1


@pytest.mark.parametrize(
    "message",
    [
        'Get "https://registry.example/v2/": dial tcp: lookup registry.example on 127.0.0.11:53: no such host',
        'Get "https://registry.example/v2/": dial tcp 10.0.0.1:443: connect: connection refused',
        'Get "https://registry.example/v2/": proxyconnect tcp: dial tcp: lookup proxy: server misbehaving',
        'Get "https://registry.example/v2/": net/http: TLS handshake timeout',
        'Get "https://registry.example/v2/": tls: failed to verify certificate: x509: unknown authority',
        'Get "https://registry.example/v2/": context deadline exceeded',
    ],
)
def test_registry_that_cannot_be_reached_has_no_hint_to_sign_in(fake: FakeEngine, run: Pull, message: str) -> None:
    fake.answers = [(500, [{"message": message}])] * 3
    with pytest.raises(EngineError) as caught:
        run("registry.example/x")
    (hint,) = caught.value.hints
    assert hint.startswith("to reach the registry, check its name")


@pytest.mark.parametrize(
    "message",
    [
        "unexpected EOF",
        "received unexpected HTTP status: 503 Service Unavailable",
        "toomanyrequests: You have reached your pull rate limit",
        'Get "https://registry.example/v2/": http: server gave HTTP response to HTTPS client',
        "failed to register layer: no space left on device",
        "mkdir /var/lib/docker/tmp: permission denied",
    ],
)
def test_failure_of_another_kind_has_no_hint_to_sign_in(fake: FakeEngine, run: Pull, message: str) -> None:
    fake.answers = [(500, [{"message": message}])] * 3
    with pytest.raises(EngineError) as caught:
        run("registry.example/x")
    assert caught.value.hints == ()


@pytest.mark.parametrize(
    "message",
    [
        "pull access denied, may require authorization",
        "unauthorized: authentication required",
        "no basic auth credentials",
        "denied: requested access to the resource is denied",
        'unexpected status from HEAD request to "https://registry.example/v2/x/manifests/1": 403 Forbidden',
    ],
)
def test_failure_that_can_be_missing_credentials_has_a_hint_to_sign_in(
    fake: FakeEngine, run: Pull, message: str
) -> None:
    fake.answers = [(500, [{"message": message}])] * 3
    with pytest.raises(EngineError) as caught:
        run("registry.example/x")
    assert caught.value.hints == ("to sign in if the registry requires it, run `docker login registry.example`",)


def test_wrong_password_is_not_retried(fake: FakeEngine, run: Pull, config: Path) -> None:
    log_in(config, "host:5000")
    fake.answers = [(401, [{"message": "unauthorized"}])]
    with pytest.raises(EngineError) as caught:
        run("host:5000/x")
    assert caught.value.hints == ("to sign in, run `docker login host:5000`",)
    assert "secret" not in f"{caught.value.message}{caught.value.causes}{caught.value.hints}"
    assert len(fake.queries) == 1


def test_wrong_password_on_an_old_engine_is_not_retried(fake: FakeEngine, run: Pull, config: Path) -> None:
    log_in(config, "host:5000")
    fake.answers = [(500, [{"message": "unauthorized"}])]
    fake.distribution = 401
    with pytest.raises(EngineError) as caught:
        run("host:5000/x")
    assert caught.value.hints == ("to sign in, run `docker login host:5000`",)
    assert len(fake.queries) == 1


@pytest.mark.parametrize(
    "failure",
    [
        (200, [LAYER, DROP]),
        (200, [LAYER, {"errorDetail": {"message": "unexpected EOF"}, "error": "unexpected EOF"}]),
        (500, [{"message": "dial tcp: i/o timeout"}]),
    ],
    ids=["to the engine", "to the registry, in a layer", "to the registry, before"],
)
def test_lost_connection_is_tried_three_times(fake: FakeEngine, run: Pull, failure: Answer) -> None:
    fake.answers = [failure, failure, (200, [LAYER])]
    assert run("x:1")[-1] == ("1f5", "downloading", 10, 100)
    fake.answers = [failure, failure, failure]
    with pytest.raises((EngineError, EngineUnreachableError)) as caught:
        run("x:1")
    assert "`x:1` of service `web` could not be pulled" in caught.value.message or failure[1][-1] is DROP
    assert len(fake.queries) == 6


def test_failure_before_the_first_layer_is_not_retried(fake: FakeEngine, run: Pull) -> None:
    begin: Record = {"status": "Pulling from x", "id": "1"}
    fake.answers = [(200, [begin, {"errorDetail": {"message": "no match for platform"}, "error": "no match"}])]
    with pytest.raises(EngineError) as caught:
        run("x:1")
    assert caught.value.causes == ("no match for platform",)


def test_stop_cancels_a_hanging_pull_and_closes_its_connection(fake: FakeEngine, engine: Engine) -> None:
    fake.answers = [(200, [LAYER, HANG])]
    stop = threading.Event()
    image = DesiredImage(service="web", reference="x")

    def report(*_: object) -> None:
        stop.set()

    with pytest.raises(InterruptedByUserError):
        pull.pull_image(engine, PullImage(image=image), report, stop=stop)
    assert fake.gone.wait(5)


def test_exception_in_the_report_closes_the_connection(fake: FakeEngine, engine: Engine) -> None:
    fake.answers = [(200, [LAYER, HANG])]

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pull.pull_image(engine, PullImage(image=DesiredImage(service="web", reference="x")), fail)
    assert fake.gone.wait(5)
