"""The registry of a dry run: changes stay in memory."""

from collections.abc import Generator
from contextlib import contextmanager

from wtc.registry.stack_records import StackRecords
from wtc.registry.store import Store


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
    def transaction(self) -> Generator[StackRecords]:
        """Change the registry in memory.

        Raises:
            RegistryError: the file cannot be read.
        """
        self.require()
        yield self.read()
