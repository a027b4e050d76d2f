"""Parallel calls: order, errors and the limit."""

import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest

from wtc.engine.parallel import PARALLEL, Ahead, call_all
from wtc.errors import WtcError

if TYPE_CHECKING:
    from collections.abc import Callable


def refuse(text: str) -> int:
    raise ValueError(text)


@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_results_are_in_the_order_of_the_calls(count: int) -> None:
    assert call_all([partial(int, number) for number in range(count)]) == list(range(count))


def test_calls_run_at_the_same_time() -> None:
    together = threading.Barrier(PARALLEL, timeout=10)
    assert sorted(call_all([together.wait] * PARALLEL)) == list(range(PARALLEL))


def test_no_more_calls_than_the_limit_run_at_the_same_time() -> None:
    lock, running, most = threading.Lock(), 0, 0

    def call() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        with lock:
            running -= 1

    call_all([call] * 100)
    assert 1 <= most <= PARALLEL


def test_error_of_the_first_failed_call_is_raised() -> None:
    both_run = threading.Barrier(2, timeout=10)

    def fail(text: str) -> int:
        both_run.wait()
        return refuse(text)

    with pytest.raises(ValueError, match="first"):
        call_all([partial(fail, "first"), partial(fail, "second")])


def test_no_call_begins_after_an_error() -> None:
    begun: list[int] = []
    calls: list[Callable[[], object]] = [partial(refuse, "first")] * PARALLEL
    with pytest.raises(ValueError, match="first"):
        call_all([*calls, *(partial(begun.append, number) for number in range(100))])
    assert not begun


def test_call_ahead_runs_before_its_result_is_needed() -> None:
    called = threading.Event()
    ahead = Ahead(lambda: called.set() or "result")
    assert called.wait(10)
    assert (ahead.result(), ahead.result()) == ("result", "result")


def test_error_of_a_call_ahead_is_raised_where_its_result_is_needed() -> None:
    def fail() -> None:
        raise WtcError("no engine")

    ahead = Ahead(fail)
    for _ in range(2):
        with pytest.raises(WtcError, match="no engine"):
            ahead.result()
