"""The digest of an image, from an engine that has asked the registry."""

from collections.abc import Generator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from wtc.engine.client.errors import refused_error
from wtc.engine.images import digests
from wtc.errors import EngineError

DIGEST = "sha256:" + "ab" * 32


class FakeEngine:
    """Answers one request with an object, or refuses it with a status."""

    def __init__(self, answer: object, status: int = 200) -> None:
        self.answer, self.status = answer, status
        self.asked: list[tuple[str, dict[str, str]]] = []

    @contextmanager
    def translating_errors(self, doing: str) -> Generator[None]:
        assert doing
        yield

    def call(self, method: str, path: str, *, doing: str, headers: dict[str, str]) -> Any:
        self.asked.append((f"{method} {path}", headers))
        if self.status >= 400:
            raise refused_error(self.status, str(self.answer), doing=doing)
        return SimpleNamespace(object=lambda: self.answer)


@pytest.fixture(autouse=True)
def no_credentials(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))


def digest(engine: Any) -> str:
    return digests.registry_digest(engine, "localhost:5000/a/b:1")


def test_registry_is_asked_without_credentials_if_there_are_none() -> None:
    engine = FakeEngine({"Descriptor": {"digest": DIGEST}})
    assert digest(engine) == DIGEST
    assert engine.asked == [("GET /distribution/localhost:5000/a/b:1/json", {})]


def test_refusal_of_the_registry_is_an_error_with_a_way_out() -> None:
    with pytest.raises(EngineError) as caught:
        digest(FakeEngine("unauthorized", status=401))
    assert (caught.value.status, caught.value.causes) == (401, ("unauthorized",))
    assert caught.value.hints == ("to sign in if the registry requires it, run `docker login localhost:5000`",)


@pytest.mark.parametrize("answer", [{}, {"Descriptor": None}, {"Descriptor": {"digest": ""}}])
def test_answer_without_a_digest_is_an_error(answer: object) -> None:
    with pytest.raises(EngineError) as caught:
        digest(FakeEngine(answer))
    assert caught.value.causes == ("the answer of the engine has no digest",)
