"""A batch of changed files in parts: what the engine refuses does not keep the rest away."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wtc.errors import EngineError, WtcError
from wtc.orchestrator.file_watch.sync import REFUSALS, Synced, sync_in_parts


class Container:
    """Takes files, all or none of a part."""

    def __init__(self, refused: AbstractSet[str] = frozenset()) -> None:
        self.refused = refused
        self.calls = 0

    def sync(self, files: Mapping[str, str]) -> Synced:
        self.calls += 1
        for name in files:
            if name in self.refused:
                raise WtcError(f"cannot copy `{name}`")
        return Synced(sent=tuple(files.values()), removed=(), containers=2)


def files(*names: str) -> dict[str, str]:
    return {name: f"/here{name}" for name in names}


def test_batch_is_sent_together() -> None:
    container = Container()
    assert sync_in_parts(files("/a", "/b", "/c"), container.sync) == (
        Synced(sent=("/here/a", "/here/b", "/here/c"), removed=(), containers=2),
        [],
    )
    assert container.calls == 1


NAMES = [f"/{number}" for number in range(64)]


@given(st.sets(st.sampled_from(NAMES), max_size=4))
def test_all_but_the_refused_files_arrive_in_order(refused: set[str]) -> None:
    synced, errors = sync_in_parts(files(*NAMES), Container(refused).sync)
    assert synced.sent == tuple(f"/here{name}" for name in NAMES if name not in refused)
    assert [error.message for error in errors] == [f"cannot copy `{name}`" for name in NAMES if name in refused]


def test_container_that_refuses_everything_is_not_asked_for_each_file() -> None:
    names = [f"/{number}" for number in range(10_000)]
    container = Container(frozenset(names))
    _, errors = sync_in_parts(files(*names), container.sync)
    assert errors
    assert container.calls <= 2 * REFUSALS


def test_reason_of_several_files_is_returned_once() -> None:
    def refuse(_: Mapping[str, str]) -> Synced:
        raise WtcError("cannot copy to `/`", causes=["it is read-only"])

    _, errors = sync_in_parts(files("/a", "/b"), refuse)
    assert [error.message for error in errors] == ["cannot copy to `/`"]


def test_what_may_succeed_later_is_raised_at_once() -> None:
    calls = 0

    def refuse(_: Mapping[str, str]) -> Synced:
        nonlocal calls
        calls += 1
        raise EngineError("container is paused", status=409)

    with pytest.raises(EngineError):
        sync_in_parts(files("/a", "/b"), refuse)
    assert calls == 1
