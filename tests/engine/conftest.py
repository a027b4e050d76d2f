"""Fixtures: a real engine, and a stack on it."""

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.engine.engine_stack import Raw, Stack
from wtc.engine.client.connection import OLDEST_API, Engine, connect


@pytest.fixture(scope="module", params=["newest", "oldest"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """The engine, once with the newest API version that it supports and once with the oldest that wtc supports."""
    keep = ("HOME", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH")
    found = connect(context="", environment={k: v for k, v in os.environ.items() if k in keep})
    yield found if request.param == "newest" else replace(found, api_version=OLDEST_API)
    found.close()


@pytest.fixture
def stack(engine: Engine) -> Iterator[Stack]:
    made = Stack(engine)
    try:
        made.make_network()
        yield made
    finally:
        made.clean()


@pytest.fixture
def raw(engine: Engine) -> Raw:
    """A direct call to the engine, without wtc's error handling."""

    def call(method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        response = engine.call(method, path, doing="test", body=body, accept=(404,))
        return response.json() if response.content else None

    return call
