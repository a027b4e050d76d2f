"""The registry of a dry run: changes stay in memory."""

from collections.abc import Generator
from contextlib import contextmanager

from wtc.registry.stack_records import StackRecords
from wtc.registry.store import Store
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.registry.memory_reservations import MemoryReservations


class DryRunStore(Store):
    """A registry whose transactions see the changes of earlier ones, and write nothing to the disk."""

    def __init__(self, directory: str) -> None:
        super().__init__(directory)
        self._records: StackRecords | None = None

    def read(self) -> StackRecords:
        """Return the registry with the changes of all transactions so far."""
        if self._records is None:
            self._records = super().read()
        return self._records

    def peek(self) -> StackRecords:
        """Return the registry with the changes of all transactions so far."""
        return super().peek() if self._records is None else self._records

    @contextmanager
    def admission(self) -> "Generator[MemoryReservations]":
        """Return the reservations of memory. Create no file, not even that of their lock.

        Raises:
            WtcError: there can be reservations, and the config folder cannot be written.
        """
        if not self._has_reservations():
            yield self._reservations()
            return
        with super().admission() as reservations:
            yield reservations

    @contextmanager
    def transaction(self) -> Generator[StackRecords]:
        """Change the registry in memory.

        Raises:
            RegistryError: the file cannot be read.
        """
        self.require()
        yield self.read()
