"""When an exit is reported: at the end of the followed log, and at nothing else that ends it."""

import threading
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.engine.client.scripted_server import Peer, Server, respond, serve
from wtc.engine.client.connection import Engine, open_engine
from wtc.engine.containers.exit_report import ExitReport
from wtc.model.observed import ContainerRef

BOUND_S = 10.0
WEB = ContainerRef(name="ns_web", id="abc")
LOG = "/v1.51/containers/abc/logs?follow=1&stdout=1&stderr=1&tail=0"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
LINE = b"a\r\n\1\0\0\0\0\0\0\2x\n\r\n"
END = b"0\r\n\r\n"


class FollowedLog:
    """An engine whose only container logs what the test sends; `ended`: the client has closed the log."""

    def __init__(self, server: Server, first: bytes) -> None:
        self.targets: list[str] = []
        self.peer: Peer | None = None
        self.opened, self.ended = threading.Event(), threading.Event()
        self._first = first
        server.script = self._serve

    def _serve(self, peer: Peer) -> None:
        while request := peer.request():
            if request.target == "/_ping":
                peer.send(respond(b"OK"))
                continue
            self.targets.append(request.target)
            self.peer = peer
            peer.send(self._first)
            self.opened.set()
        self.ended.set()

    def send(self, data: bytes) -> None:
        assert self.opened.wait(BOUND_S)
        assert self.peer is not None
        self.peer.send(data)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Server]:
    with serve("unix", tmp_path, monkeypatch) as server:
        yield server


@contextmanager
def followed(server: Server, first: bytes = CHUNKED) -> Generator[tuple[FollowedLog, Engine]]:
    """Yield a log whose response begins with `first`, and a connection to its engine."""
    log = FollowedLog(server, first)
    with closing(open_engine(server.endpoint)) as engine:
        yield log, engine


def test_end_of_the_log_is_the_exit(server: Server) -> None:
    exited = threading.Event()
    with followed(server) as (log, engine), ExitReport(engine, WEB, exited.set):
        log.send(LINE)
        assert not exited.is_set()
        log.send(END)
        assert exited.wait(BOUND_S)
    assert log.targets == [LOG]


def test_log_is_closed_when_the_stop_ends_first(server: Server) -> None:
    reports: list[str] = []
    with followed(server) as (log, engine):
        with ExitReport(engine, WEB, lambda: reports.append("exit")):
            assert log.opened.wait(BOUND_S)
        assert log.ended.wait(BOUND_S)
    assert reports == []


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(
            respond(b'{"message":"configured logging driver does not support reading"}', status=501), id="unreadable"
        ),
        pytest.param(CHUNKED + LINE[:-4], id="cut-short"),
        pytest.param(b"nonsense\r\n\r\n", id="nonsense"),
    ],
)
def test_log_that_fails_reports_no_exit(server: Server, first: bytes) -> None:
    reports: list[str] = []
    with followed(server, first) as (log, engine), ExitReport(engine, WEB, lambda: reports.append("exit")):
        assert log.opened.wait(BOUND_S)
        if first.startswith(CHUNKED):
            assert log.peer is not None
            log.peer.close()
        for thread in threading.enumerate():
            if thread.name == "exit":
                thread.join(BOUND_S)
                assert not thread.is_alive()
    assert reports == []
