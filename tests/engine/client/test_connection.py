"""Calls over a pooled connection that the engine has closed."""

import io
import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

import pytest
import requests

from wtc.engine.client.connection import Engine, connect
from wtc.errors import EngineUnreachableError


class Session:
    """A docker-py client and its transport; the first calls fail with a closed connection."""

    base_url = "http+docker://localhost"
    headers: Mapping[str, str] = MappingProxyType({"User-Agent": "tests"})
    verify, cert = True, None
    proxies: Mapping[str, str] = MappingProxyType({})

    def __init__(self, *, closed: int) -> None:
        self.closed, self.calls = closed, 0

    def get_adapter(self, _url: str) -> "Session":
        return self

    def send(self, request: requests.PreparedRequest, **_options: object) -> requests.Response:
        assert request.headers["User-Agent"] == "tests"
        self.calls += 1
        if self.calls <= self.closed:
            raise requests.ConnectionError("closed")
        response = requests.Response()
        response.status_code, response.raw = 200, io.BytesIO()
        return response


def engine(session: Session) -> Engine:
    return Engine(
        api=cast("Any", session),
        address="unix:///x",
        chosen_by="",
        host="127.0.0.1",
        host_is_local=True,
        api_version=(1, 41),
    )


def test_get_request_is_retried_once() -> None:
    session = Session(closed=1)
    assert engine(session).call("GET", "/info", doing="look").status_code == 200
    assert session.calls == 2


def test_unreachable_engine_is_an_error_after_the_retry() -> None:
    session = Session(closed=9)
    with pytest.raises(EngineUnreachableError):
        engine(session).call("GET", "/info", doing="look")
    assert session.calls == 2


def test_post_request_is_never_retried() -> None:
    session = Session(closed=1)
    with pytest.raises(EngineUnreachableError):
        engine(session).call("POST", "/containers/create", doing="create")
    assert session.calls == 1


@pytest.mark.engine
def test_calls_over_the_unix_socket_share_connections() -> None:
    found = connect(context="", environment=os.environ)
    try:
        for path in ("/info", "/version", "/networks", "/volumes"):
            found.call("GET", path, doing="look")
        pool = cast("Any", found.api.get_adapter(str(found.api.base_url))).get_connection(found.api.base_url)
        assert len([kept for kept in pool.pool.queue if kept is not None]) == 1
    finally:
        found.close()
