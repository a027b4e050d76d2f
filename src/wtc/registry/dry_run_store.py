"""The registry of a dry run: what would be written is kept in memory."""

from collections.abc import Generator
from contextlib import contextmanager

from wtc.registry.stack_records import StackRecords
from wtc.registry.store import Store


class DryRunStore(Store):
    """A registry whose transactions see each other, and of which nothing reaches the disk."""

    def __init__(self, directory: str) -> None:
        super().__init__(directory)
        self._ledger: StackRecords | None = None

    def read(self) -> StackRecords:
        """The registry as the transactions so far would have left it."""
        if self._ledger is None:
            self._ledger = super().read()
        return self._ledger

    @contextmanager
    def transaction(self) -> Generator[StackRecords]:
        """The registry in memory.

        Raises:
            RegistryError: the file cannot be read.
        """
        self.require()
        yield self.read()
