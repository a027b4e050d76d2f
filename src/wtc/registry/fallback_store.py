"""The registry of a stack that the engine's labels describe: it continues in memory if its folder cannot be used."""

import os
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager

from wtc.errors import NewerRegistryError, RegistryError
from wtc.registry.memory_reservations import MemoryReservation, MemoryReservations
from wtc.registry.stack_records import StackRecords
from wtc.registry.store import Store


class FallbackStore(Store):
    """A registry that is kept in memory after the first failure, if the stack `is_known` without it.

    `report` gets the failure, once. A registry that a newer wtc wrote is refused.
    """

    def __init__(
        self,
        directory: str,
        *,
        is_known: Callable[[], bool],
        report: Callable[[RegistryError], None],
        waiting: Callable[[str], None],
    ) -> None:
        super().__init__(directory, waiting=waiting)
        self._is_known, self._report = is_known, report
        self._records: StackRecords | None = None

    def read(self) -> StackRecords:
        """Return the registry as it is now; after a failure, with the changes since."""
        return super().read() if self._records is None else self._records

    def peek(self) -> StackRecords:
        """Return the valid entries of the registry; after a failure, with the changes since."""
        return super().peek() if self._records is None else self._records

    def require(self) -> None:
        """Check the file, as `Store.require` does.

        Raises:
            NewerRegistryError: a newer wtc wrote the file.
            RegistryError: the file cannot be read, and the stack is not known.
        """
        try:
            super().require()
        except RegistryError as error:
            self._fall_back(error)

    @contextmanager
    def transaction(self) -> Generator[StackRecords]:
        """Change the registry; after a failure in memory.

        Raises:
            NewerRegistryError: a newer wtc wrote the file.
            RegistryError: the registry cannot be written, and the stack is not known.
        """
        if self._records is not None:
            yield self._records
            return
        records, ended = None, False
        try:
            with super().transaction() as records:
                yield records
                ended = True
        except RegistryError as error:
            if records is not None and not ended:
                raise  # The body raised it.
            self._fall_back(error, records)
        if not ended:
            yield self.read()

    @contextmanager
    def stack_lock(self, namespace: str, *, discard: bool = False) -> Generator[None]:
        """Hold the lock of one stack; continue without it where its file cannot be created.

        Raises:
            RegistryError: the folder cannot be written, and the stack is not known.
            WtcError: the namespace is not valid.
        """
        entered = False
        try:
            with super().stack_lock(namespace, discard=discard):
                entered = True
                yield
        except RegistryError as error:
            if entered:
                raise
            self._fall_back(error)
        if not entered:
            yield

    @contextmanager
    def admission(self) -> "Generator[MemoryReservations]":
        """Lock and return the reservations of engines' memory; those that cannot be written are not made.

        Raises:
            RegistryError: the folder cannot be written, and the stack is not known.
        """
        entered, folder = False, os.path.join(self._directory, "memory")
        reservations = _Reservations(folder, unwritable=self._unwritable, fall_back=self._fall_back)
        try:
            with super().admission():
                entered = True
                yield reservations
        except RegistryError as error:
            if entered:
                raise
            self._fall_back(error)
        if not entered:
            yield reservations

    def _fall_back(self, error: RegistryError, records: StackRecords | None = None) -> None:
        """Continue with these records, by default those of the file. Raises: RegistryError if that is not possible."""
        if self._records is not None:
            return
        if isinstance(error, NewerRegistryError) or not self._is_known():
            raise error
        self._records = StackRecords(stacks=dict((records or super().read()).stacks))
        self._report(error)


class _Reservations(MemoryReservations):
    def __init__(
        self,
        directory: str,
        *,
        unwritable: Callable[[OSError], RegistryError],
        fall_back: Callable[[RegistryError], None],
    ) -> None:
        super().__init__(directory, unwritable=unwritable)
        self._fall_back = fall_back

    def make(self, engine: str, containers: Mapping[str, int]) -> MemoryReservation:
        try:
            return super().make(engine, containers)
        except RegistryError as error:
            self._fall_back(error)
            return MemoryReservation()
