"""A scripted server, reached over each of the transports."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.engine.client.certificates import make_certificate
from tests.engine.client.scripted_server import TRANSPORTS, Script, Server, serve
from wtc.engine.client.connection import open_transport
from wtc.engine.client.transport import Transport


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(params=TRANSPORTS)
def server(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    certificate = request.getfixturevalue("certificate") if request.param == "tls" else None
    with serve(request.param, tmp_path, monkeypatch, certificate) as found:
        yield found


@pytest.fixture
def unix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that only the Unix transport reaches."""
    with serve("unix", tmp_path, monkeypatch) as found:
        yield found


Open = Callable[[Server, Script], Transport]


@pytest.fixture
def play() -> Iterator[Open]:
    """Open a transport to a server whose connections run the script."""
    with ExitStack() as stack:

        def opened(server: Server, script: Script) -> Transport:
            server.script = script
            transport = open_transport(server.endpoint)
            stack.callback(transport.close)
            return transport

        yield opened
