"""The inbox: nothing is lost, and nobody fills the memory."""

import threading

import pytest

from wtc.engine.inbox import Inbox, InboxClosedError


def test_what_is_taken_is_all_that_was_put_in_its_order() -> None:
    inbox: Inbox[int] = Inbox()
    for n in range(5):
        inbox.put(n, 1)
    assert not inbox.empty
    assert inbox.take(None) == [0, 1, 2, 3, 4]
    assert inbox.empty


def test_nothing_is_taken_after_the_time() -> None:
    assert Inbox[int]().take(0.01) == []


def test_whoever_puts_too_much_waits_and_loses_nothing() -> None:
    inbox: Inbox[tuple[int, int]] = Inbox(limit_bytes=10)
    each, writers = 500, 4

    def write(who: int) -> None:
        for n in range(each):
            inbox.put((who, n), 1)

    threads = [threading.Thread(target=write, args=(who,), daemon=True) for who in range(writers)]
    for thread in threads:
        thread.start()
    taken: list[tuple[int, int]] = []
    while len(taken) < each * writers:
        batch = inbox.take(30)
        assert 0 < len(batch) <= 10
        taken += batch
    for who in range(writers):
        assert [n for w, n in taken if w == who] == list(range(each))


def test_what_has_no_size_is_never_held_up() -> None:
    inbox: Inbox[str] = Inbox(limit_bytes=1)
    inbox.put("full", 1)
    inbox.put("the end")
    assert inbox.take(None) == ["full", "the end"]


def test_closing_lets_go_of_those_who_wait() -> None:
    inbox: Inbox[int] = Inbox(limit_bytes=1)
    inbox.put(1, 1)
    released = threading.Event()

    def write() -> None:
        with pytest.raises(InboxClosedError):
            inbox.put(2, 1)
        released.set()

    threading.Thread(target=write, daemon=True).start()
    inbox.close()
    assert released.wait(30)
