"""A queue of limited size from many threads to one, which takes all that there is at once."""

import threading
from typing import Generic, TypeVar

T = TypeVar("T")
LIMIT_BYTES = 1024 * 1024


class QueueClosedError(Exception):
    """Nobody takes anything any more."""


class BoundedQueue(Generic[T]):
    """Whoever puts more than the limit waits until something is taken."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._limit = limit_bytes
        self._changed = threading.Condition()
        self._items: list[T] = []
        self._size = 0
        self._closed = False

    def put(self, item: T, size: int = 0) -> None:
        """Adds an item of `size` bytes. Raises: InboxClosedError."""
        with self._changed:
            while self._size >= self._limit and size and not self._closed:
                self._changed.wait()
            if self._closed:
                raise QueueClosedError
            self._items.append(item)
            self._size += size
            if len(self._items) == 1:
                self._changed.notify_all()

    def take(self, timeout_s: float | None) -> list[T]:
        """All that is there, in the order in which it came; waits for something, and after the time has nothing."""
        with self._changed:
            if not self._items:
                self._changed.wait_for(lambda: bool(self._items), timeout_s)
            taken, self._items, self._size = self._items, [], 0
            self._changed.notify_all()
        return taken

    @property
    def empty(self) -> bool:
        """Whether there is nothing to take now."""
        return not self._items

    def close(self) -> None:
        """Lets go of those who wait."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
