"""Call functions in parallel. Importing `concurrent.futures` takes longer than the requests of a short command."""

import threading
from collections.abc import Callable, Sequence

from wtc.interruption import join_in_turns
from wtc.static_typing import Generic, TypeVar

T = TypeVar("T")

PARALLEL = 8


def call_all(calls: Sequence[Callable[[], T]]) -> list[T]:
    """Call the functions, at most `PARALLEL` at a time, and return their results in order.

    The caller's thread takes part. After an error no other call begins, and the error is raised once the running calls
    have ended. If the caller is interrupted, it does not wait for them.

    Raises: what the first of the failed calls raises.
    """
    batch = _Batch(calls)
    helpers = [
        threading.Thread(target=batch.work, name="call", daemon=True) for _ in range(min(PARALLEL, len(calls)) - 1)
    ]
    for helper in helpers:
        helper.start()
    batch.work()
    for helper in helpers:
        join_in_turns(helper)
    if batch.errors:
        raise batch.errors[min(batch.errors)]
    return [batch.results[number] for number in range(len(calls))]


class Ahead(Generic[T]):
    """A call that runs in a thread until its result is needed. A result that is never needed is not waited for."""

    def __init__(self, call: Callable[[], T]) -> None:
        self._batch = _Batch([call])
        self._thread = threading.Thread(target=self._batch.work, name="ahead", daemon=True)
        self._thread.start()

    def wait(self, timeout_s: float) -> None:
        """Wait until the call has ended, or for this time."""
        self._thread.join(timeout_s)

    def result(self) -> T:
        """Wait for the result. Raises: what the call raises."""
        join_in_turns(self._thread)
        if self._batch.errors:
            raise self._batch.errors[0]
        return self._batch.results[0]


class _Batch(Generic[T]):
    """The calls that several threads share."""

    def __init__(self, calls: Sequence[Callable[[], T]]) -> None:
        self._left = iter(enumerate(calls))
        self._lock = threading.Lock()
        self.results: dict[int, T] = {}
        self.errors: dict[int, Exception] = {}

    def work(self) -> None:
        """Take calls until none is left."""
        while (taken := self._take()) is not None:
            number, call = taken
            try:
                self.results[number] = call()
            except Exception as error:  # noqa: BLE001 - `call_all` raises it on the caller's thread
                self.errors[number] = error

    def _take(self) -> tuple[int, Callable[[], T]] | None:
        with self._lock:
            return None if self.errors else next(self._left, None)
