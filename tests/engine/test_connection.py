"""Calls over a connection that the engine has closed meanwhile."""

from typing import Any, cast

import pytest
import requests

from wtc.engine.connection import Engine
from wtc.errors import EngineUnreachableError


class Session:
    """A docker-py client whose first calls meet a closed connection."""

    base_url = "http+docker://localhost"

    def __init__(self, *, closed: int) -> None:
        self.closed, self.calls = closed, 0

    def request(self, *_arguments: object, **_options: object) -> requests.Response:
        self.calls += 1
        if self.calls <= self.closed:
            raise requests.ConnectionError("closed")
        response = requests.Response()
        response.status_code = 200
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


def test_a_question_is_asked_once_more() -> None:
    session = Session(closed=1)
    assert engine(session).call("GET", "/info", doing="look").status_code == 200
    assert session.calls == 2


def test_an_engine_that_is_gone_is_said_to_be() -> None:
    session = Session(closed=9)
    with pytest.raises(EngineUnreachableError):
        engine(session).call("GET", "/info", doing="look")
    assert session.calls == 2


def test_what_changes_something_is_never_asked_twice() -> None:
    session = Session(closed=1)
    with pytest.raises(EngineUnreachableError):
        engine(session).call("POST", "/containers/create", doing="create")
    assert session.calls == 1
