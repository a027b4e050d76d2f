"""The registry of a dry run: what would be written is kept in memory."""

from collections.abc import Generator
from contextlib import contextmanager

from wtc.registry.record import Ledger
from wtc.registry.store import Store


class Rehearsal(Store):
    """A registry whose transactions see each other, and of which nothing reaches the disk."""

    def __init__(self, directory: str) -> None:
        super().__init__(directory)
        self._ledger: Ledger | None = None

    def read(self) -> Ledger:
        """The registry as the transactions so far would have left it."""
        if self._ledger is None:
            self._ledger = super().read()
        return self._ledger

    @contextmanager
    def transaction(self) -> Generator[Ledger]:
        """The registry in memory.

        Raises:
            RegistryError: the file cannot be read.
        """
        self.require()
        yield self.read()
