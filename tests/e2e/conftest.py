"""The fixtures of the end-to-end tests: a workshop for each test, or one that a module's looking tests share."""

import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import Workshop, engine_client
from tests.e2e.proxy import Proxy


@pytest.fixture(scope="session")
def client() -> Iterator[Any]:
    """docker-py, to see what came of it all."""
    found = engine_client()
    yield found
    found.close()


@contextmanager
def opened(base: Path, client: Any, make: Callable[[Path, Any], Workshop] = Workshop) -> Generator[Workshop]:
    base.mkdir(exist_ok=True)
    workshop = make(base, client)
    try:
        yield workshop
    finally:
        workshop.tear_down()


@pytest.fixture
def workshop(tmp_path: Path, client: Any) -> Iterator[Workshop]:
    """A repository of the test's own."""
    with opened(tmp_path, client) as made:
        yield made


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, client: Any) -> Iterator[Workshop]:
    """A repository for a module's tests that only look."""
    with opened(tmp_path_factory.mktemp("shared"), client) as made:
        yield made


@pytest.fixture
def witness() -> Iterator[Callable[..., Proxy]]:
    """Makes proxies in front of the engine, closed at the end."""
    # A socket's path has to be short.
    folder = Path(tempfile.mkdtemp(prefix="wtc-e2e-"))
    made: list[Proxy] = []

    def make(**options: Any) -> Proxy:
        made.append(Proxy(str(folder / f"{len(made)}.sock"), **options))
        return made[-1].__enter__()

    yield make
    for proxy in made:
        proxy.__exit__()
    shutil.rmtree(folder, ignore_errors=True)
