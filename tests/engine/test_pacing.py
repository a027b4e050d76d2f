"""How many stops and removals run at a time, and that containers which ignore the signal do not keep others waiting."""

import pytest

from wtc.engine.pacing import STALL_S, Pacing

MOMENT_S = STALL_S / 2


@pytest.fixture(autouse=True)
def limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wtc.engine.pacing.AT_A_TIME", 2)


def begin_all(pacing: Pacing, first: int, now_s: float) -> list[int]:
    """Begin nodes, numbered from `first`, until no other can begin."""
    begun: list[int] = []
    while pacing.is_free(now_s):
        begun.append(first + len(begun))
        pacing.count(begun[-1], now_s)
    return begun


def test_nodes_begin_until_the_limit() -> None:
    pacing = Pacing()
    assert begin_all(pacing, 1, 0.0) == [1, 2]
    assert not pacing.is_free(MOMENT_S)


def test_each_end_lets_one_begin() -> None:
    pacing = Pacing()
    begin_all(pacing, 1, 0.0)
    pacing.end(1, MOMENT_S)
    assert begin_all(pacing, 3, MOMENT_S) == [3]


def test_stall_lets_four_times_as_many_begin() -> None:
    pacing = Pacing()
    begin_all(pacing, 1, 0.0)
    assert begin_all(pacing, 3, STALL_S) == [*range(3, 11)]
    assert not pacing.is_free(STALL_S + MOMENT_S)
    assert len(begin_all(pacing, 11, 2 * STALL_S)) == 32


def test_end_after_a_stall_brings_the_limit_back() -> None:
    pacing = Pacing()
    begin_all(pacing, 1, 0.0)
    begin_all(pacing, 3, STALL_S)
    for node in range(1, 9):
        pacing.end(node, STALL_S)
    assert not pacing.is_free(STALL_S)
    pacing.end(9, STALL_S)
    assert begin_all(pacing, 11, STALL_S) == [11]


def test_container_that_exits_after_a_stall_counts_until_its_stop_ends() -> None:
    pacing = Pacing()
    begin_all(pacing, 1, 0.0)
    assert pacing.is_free(STALL_S)
    pacing.end(9, STALL_S)
    for node in (1, 2):
        pacing.count(node, STALL_S)
    assert not pacing.is_free(STALL_S)
    pacing.end(1, STALL_S)
    assert pacing.is_free(STALL_S)


def test_nothing_stalls_before_the_first_begins() -> None:
    assert begin_all(Pacing(), 1, 100.0) == [1, 2]
