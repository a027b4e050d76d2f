"""The proxy of a connection to an engine, and the API version that the environment sets."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from wtc.engine.client.connection import connect
from wtc.engine.client.endpoint import choose_endpoint
from wtc.engine.client.proxies import proxy_for, redact_proxy
from wtc.errors import EngineError, EngineUnreachableError

PROXY = "http://proxy.example:3128"
FAR = "tcp://build.example:2375"


@pytest.mark.parametrize(
    ("scheme", "environment", "expected"),
    [
        ("http", {}, ""),
        ("http", {"HTTP_PROXY": PROXY}, PROXY),
        ("http", {"http_proxy": PROXY}, PROXY),
        ("http", {"HTTP_PROXY": PROXY, "http_proxy": "http://other.example"}, PROXY),
        ("http", {"HTTP_PROXY": "proxy.example:3128"}, PROXY),
        ("http", {"HTTPS_PROXY": PROXY}, ""),
        ("https", {"HTTPS_PROXY": PROXY}, PROXY),
        ("https", {"HTTP_PROXY": PROXY}, ""),
        ("http", {"ALL_PROXY": PROXY}, ""),
        ("http", {"HTTP_PROXY": PROXY, "REQUEST_METHOD": "GET"}, ""),
    ],
)
def test_proxy_is_that_of_the_scheme(scheme: str, environment: dict[str, str], expected: str) -> None:
    assert proxy_for(scheme, "build.example", 2375, environment) == expected


@pytest.mark.parametrize(
    ("host", "exceptions", "used"),
    [
        ("build.example", "other.example", True),
        ("build.example", "*", False),
        ("build.example", "build.example", False),
        ("BUILD.example", "Build.Example", False),
        ("build.example", "x, build.example ,y", False),
        ("build.example", "example", False),
        ("build.example", ".example", False),
        ("build.example", "*.example", False),
        ("example", ".example", True),
        ("rebuild.example", "build.example", True),
        ("build.example", "build.example:2375", False),
        ("build.example", "build.example:80", True),
        ("10.1.2.3", "10.1.2.3", False),
        ("10.1.2.3", "10.1.2.3:2375", False),
        ("10.1.2.3", "10.1.0.0/16", False),
        ("10.1.2.3", "10.2.0.0/16", True),
        ("10.1.2.3", "2.3", True),
        ("fd00::1", "fd00::/8", False),
        ("fd00::1", "[fd00::1]:2375", False),
        ("build.example", "10.0.0.0/99, ,", True),
        ("localhost", "", False),
        ("127.0.0.1", "", False),
        ("::1", "", False),
    ],
)
def test_no_proxy_is_parsed_as_in_go(host: str, exceptions: str, *, used: bool) -> None:
    found = proxy_for("http", host, 2375, {"HTTP_PROXY": PROXY, "NO_PROXY": exceptions})
    assert bool(found) is used


@pytest.mark.parametrize(
    ("address", "expected"),
    [(FAR, PROXY), ("unix:///x.sock", ""), ("ssh://me@far.example", ""), ("tcp://127.0.0.1:2375", "")],
)
def test_only_tcp_endpoints_use_a_proxy(address: str, expected: str) -> None:
    assert choose_endpoint(context="", environment={"DOCKER_HOST": address, "HTTP_PROXY": PROXY}).proxy == expected


def test_password_of_a_proxy_is_not_shown() -> None:
    assert redact_proxy("http://me:secret@proxy.example:3128") == PROXY
    assert "secret" not in repr(
        choose_endpoint(context="", environment={"DOCKER_HOST": FAR, "HTTP_PROXY": "http://me:secret@p"})
    )


class Handler(BaseHTTPRequestHandler):
    """A proxy that also plays the engine."""

    server: "Answering"  # pyright: ignore[reportIncompatibleVariableOverride]

    def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002  the base class's name

    def do_GET(self) -> None:
        self.server.requests.append(self.path)
        self.send_response(200)
        if self.server.newest:
            self.send_header("Api-Version", self.server.newest)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")


class Answering(ThreadingHTTPServer):
    def __init__(self) -> None:
        self.requests: list[str] = []
        self.newest = "1.47"
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://me:secret@127.0.0.1:{self.server_port}"


@pytest.fixture
def proxy() -> Iterator[Answering]:
    with Answering() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


def test_calls_go_through_the_proxy(proxy: Answering) -> None:
    engine = connect(context="", environment={"DOCKER_HOST": FAR, "http_proxy": proxy.url})
    assert engine.object("/info", doing="look") == {}
    engine.close()
    assert proxy.requests == ["http://build.example:2375/_ping", "http://build.example:2375/v1.47/info"]


def test_failure_names_the_proxy_and_not_its_password(proxy: Answering) -> None:
    proxy.newest = ""
    with pytest.raises(EngineUnreachableError) as caught:
        connect(context="", environment={"DOCKER_HOST": FAR, "HTTP_PROXY": proxy.url})
    assert caught.value.message == f"the server at `{FAR}` is not a Docker engine"
    assert caught.value.causes[-1] == f"the connection goes through the proxy `{redact_proxy(proxy.url)}`"
    assert "`NO_PROXY`" in caught.value.hints[0]
    assert "secret" not in f"{caught.value.causes}{caught.value.hints}"


def test_unreachable_proxy_is_named() -> None:
    with pytest.raises(EngineUnreachableError) as caught:
        connect(context="", environment={"DOCKER_HOST": FAR, "HTTP_PROXY": "http://me:secret@127.0.0.1:9"})
    assert caught.value.causes == ("connection refused", "the connection goes through the proxy `http://127.0.0.1:9`")


@pytest.mark.parametrize(
    ("requested", "used"),
    [("", (1, 47)), ("1.41", (1, 41)), ("v1.44", (1, 44)), ("1.47", (1, 47))],
)
def test_api_version_of_the_environment_is_used(proxy: Answering, requested: str, used: tuple[int, int]) -> None:
    environment = {"DOCKER_HOST": f"tcp://127.0.0.1:{proxy.server_port}", "DOCKER_API_VERSION": requested}
    engine = connect(context="", environment=environment)
    engine.object("/info", doing="look")
    engine.close()
    assert engine.api_version == used
    assert proxy.requests[-1] == f"/v{used[0]}.{used[1]}/info"


@pytest.mark.parametrize("requested", ["1.48", "1.40", "2", "new"])
def test_unsupported_api_version_is_an_error(proxy: Answering, requested: str) -> None:
    environment = {"DOCKER_HOST": f"tcp://127.0.0.1:{proxy.server_port}", "DOCKER_API_VERSION": requested}
    with pytest.raises(EngineError) as caught:
        connect(context="", environment=environment)
    assert caught.value.message == f"`DOCKER_API_VERSION` asks for API `{requested}`, which is not supported"
    assert caught.value.causes[0].endswith("supports up to 1.47")
