"""A signal ends a command at whatever moment it arrives."""

import os
import select
import signal
import threading
from collections.abc import Iterator
from queue import SimpleQueue
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest

from wtc.cli import main, signals
from wtc.interruption import TURN_S, Interrupted, forget_signals, get_in_turns, join_in_turns, read_in_turns


@pytest.fixture(autouse=True)
def no_signal() -> Iterator[None]:
    """Let no later test of this process believe that a signal has arrived."""
    yield
    forget_signals()


def test_signal_that_arrives_just_before_a_read_is_handled_after_one_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python notes such a signal without interrupting the system call that comes next."""
    reader, writer = os.pipe()
    waits: list[float] = []

    def wait(descriptors: list[int], _out: list[int], _error: list[int], timeout_s: float) -> tuple[list[int], ...]:
        assert descriptors == [reader]
        waits.append(timeout_s)
        if len(waits) == 2:
            raise Interrupted(signal.SIGTERM)
        return [], [], []

    monkeypatch.setattr(select, "select", wait)
    with os.fdopen(reader), os.fdopen(writer), pytest.raises(Interrupted):
        read_in_turns(reader, 10)
    assert waits == [TURN_S, TURN_S]


def test_read_in_turns_waits_for_the_content_and_for_the_end() -> None:
    reader, writer = os.pipe()
    with os.fdopen(reader):
        thread = threading.Timer(TURN_S * 1.5, lambda: (os.write(writer, b"late"), os.close(writer)))
        thread.start()
        assert [read_in_turns(reader, 10), read_in_turns(reader, 10)] == [b"late", b""]
        thread.join()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_while_the_handlers_are_set_ends_the_command(
    monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    real: Any = signals._signals

    class Raising(SimpleNamespace):
        @staticmethod
        def signal(chosen: int, handler: signals.Handler) -> None:
            monkeypatch.undo()
            real.signal(chosen, handler)
            os.kill(os.getpid(), chosen)

    monkeypatch.setattr(signals, "ENDING", (number,))
    monkeypatch.setattr(signals, "_signals", Raising(getsignal=real.getsignal, SIG_IGN=real.SIG_IGN))
    before = signal.getsignal(number)
    assert main.run(["--version"]) == 128 + number
    assert signal.getsignal(number) == before


def test_wait_for_a_thread_or_its_result_goes_on_after_a_turn() -> None:
    queue: SimpleQueue[str] = SimpleQueue()
    begun_s = monotonic()
    thread = threading.Timer(TURN_S * 1.5, queue.put, ["late"])
    thread.start()
    assert get_in_turns(queue) == "late"
    join_in_turns(thread)
    assert not thread.is_alive()
    assert monotonic() - begun_s >= TURN_S
