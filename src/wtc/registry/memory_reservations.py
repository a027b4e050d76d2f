"""Memory reserved for containers that are about to start: a file each, valid as long as its process lives."""

import errno
import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress

from wtc.dataclass import dataclass
from wtc.errors import WtcError
from wtc.private_folder import make_private_folder
from wtc.registry import file_lock
from wtc.regular_file import read_regular_file
from wtc.static_typing import cast

_SUFFIX = ".json"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryReservation:
    """A reservation; the kernel releases the lock of its file when the process ends. Without a file, it is not made."""

    path: str = ""
    descriptor: int = -1

    def end(self) -> None:
        """End the reservation: the containers run now, or are not going to."""
        if not self.path:
            return
        with suppress(OSError):
            os.unlink(self.path)
        os.close(self.descriptor)


class MemoryReservations:
    """The reservations in one folder, read and changed by one process at a time (`Store.admission`)."""

    def __init__(self, directory: str, *, unwritable: Callable[[OSError], WtcError]) -> None:
        self._directory = directory
        self._unwritable = unwritable

    def current(self, engine: str) -> dict[str, int]:
        """Return container name -> bytes reserved on this engine; remove the reservations of processes that ended."""
        found: dict[str, int] = {}
        for path in self._files():
            with suppress(OSError):
                if (dead := file_lock.inheritable_lock(path, create=False)) is not None:
                    MemoryReservation(path=path, descriptor=dead).end()
                    continue
                found |= _read(read_regular_file(path), engine)
        return found

    def _files(self) -> list[str]:
        with suppress(OSError):
            names = sorted(name for name in os.listdir(self._directory) if name.endswith(_SUFFIX))
            return [os.path.join(self._directory, name) for name in names]
        return []

    def make(self, engine: str, containers: Mapping[str, int]) -> MemoryReservation:
        """Reserve memory of the engine for these containers (name -> bytes).

        Raises:
            WtcError: the folder cannot be written.
        """
        path = os.path.join(self._directory, f"{os.urandom(8).hex()}{_SUFFIX}")
        try:
            make_private_folder(self._directory)
            descriptor = file_lock.inheritable_lock(path)
            if descriptor is None:
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
            os.write(descriptor, json.dumps({"engine": engine, "containers": dict(containers)}).encode())
        except OSError as error:
            raise self._unwritable(error) from error
        return MemoryReservation(path=path, descriptor=descriptor)


def _read(content: bytes, engine: str) -> dict[str, int]:
    try:
        document: object = json.loads(content)
    except ValueError:
        return {}
    if not isinstance(document, dict):
        return {}
    found = cast("dict[str, object]", document)
    containers = found.get("containers")
    if found.get("engine") != engine or not isinstance(containers, dict):
        return {}
    return {name: size for name, size in cast("dict[str, object]", containers).items() if type(size) is int}
