"""A queue of limited size, in bytes: many threads put items, one thread takes all of them at once."""

import threading

from wtc.static_typing import Generic, TypeVar

T = TypeVar("T")
LIMIT_BYTES = 1024 * 1024


class QueueClosedError(Exception):
    """The queue is closed: its items are no longer read."""


class BoundedQueue(Generic[T]):
    """A queue whose `put` blocks while the limit is exceeded."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._limit = limit_bytes
        self._changed = threading.Condition()
        self._items: list[T] = []
        self._size = 0
        self._closed = False

    def put(self, item: T, size: int = 0) -> None:
        """Add an item of `size` bytes; block while the queue is full. Raises: QueueClosedError."""
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
        """Remove and return all items, oldest first; wait for the first one, and return none after the timeout."""
        with self._changed:
            if not self._items:
                self._changed.wait_for(lambda: bool(self._items), timeout_s)
            taken, self._items, self._size = self._items, [], 0
            self._changed.notify_all()
        return taken

    @property
    def empty(self) -> bool:
        """Whether the queue has no items now."""
        return not self._items

    def close(self) -> None:
        """Wake the threads that are blocked in `put`, which then raise QueueClosedError."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
