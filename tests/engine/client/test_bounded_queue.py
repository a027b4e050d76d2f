"""The bounded queue: no item is lost, and the limit holds."""

import threading

import pytest

from wtc.engine.client.bounded_queue import BoundedQueue, QueueClosedError


def test_take_returns_all_items_in_order() -> None:
    messages: BoundedQueue[int] = BoundedQueue()
    for n in range(5):
        messages.put(n, 1)
    assert not messages.empty
    assert messages.take(None) == [0, 1, 2, 3, 4]
    assert messages.empty


def test_take_returns_nothing_after_the_timeout() -> None:
    assert BoundedQueue[int]().take(0.01) == []


def test_put_above_the_limit_blocks_and_loses_no_item() -> None:
    messages: BoundedQueue[tuple[int, int]] = BoundedQueue(limit_bytes=10)
    each, writers = 500, 4

    def write(who: int) -> None:
        for n in range(each):
            messages.put((who, n), 1)

    threads = [threading.Thread(target=write, args=(who,), daemon=True) for who in range(writers)]
    for thread in threads:
        thread.start()
    taken: list[tuple[int, int]] = []
    while len(taken) < each * writers:
        batch = messages.take(30)
        assert 0 < len(batch) <= 10
        taken += batch
    for who in range(writers):
        assert [n for w, n in taken if w == who] == list(range(each))


def test_put_without_a_size_never_blocks() -> None:
    messages: BoundedQueue[str] = BoundedQueue(limit_bytes=1)
    messages.put("full", 1)
    messages.put("the end")
    assert messages.take(None) == ["full", "the end"]


def test_close_wakes_blocked_writers() -> None:
    messages: BoundedQueue[int] = BoundedQueue(limit_bytes=1)
    messages.put(1, 1)
    released = threading.Event()

    def write() -> None:
        with pytest.raises(QueueClosedError):
            messages.put(2, 1)
        released.set()

    threading.Thread(target=write, daemon=True).start()
    messages.close()
    assert released.wait(30)
