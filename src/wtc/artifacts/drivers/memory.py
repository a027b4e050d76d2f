"""State that lives as long as its root collection: for tests and for programs that keep nothing."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath

from wtc.artifacts.accessible import MountDriver
from wtc.artifacts.drivers.storage import Changes, Kind
from wtc.artifacts.drivers.stored_objects import Session, StoredCollection
from wtc.artifacts.paths import Segments


@dataclass(frozen=True, slots=True)
class NoMountpoint:
    """The mountpoint of a driver that needs none."""


class InMemoryMountDriver(MountDriver[NoMountpoint]):
    """Mounts collections that live in memory; each mount is a new, empty root."""

    def mount(self, mountpoint: NoMountpoint) -> StoredCollection:
        return StoredCollection(Session(_MemoryStorage()))


class _MemoryStorage:
    def __init__(self) -> None:
        self._collections: frozenset[Segments] = frozenset({()})
        self._objects: dict[Segments, bytes] = {}

    def location(self, path: Segments) -> PurePosixPath:
        return PurePosixPath(*path)

    @contextmanager
    def exclusive(self) -> Generator[None]:
        yield

    def kind(self, path: Segments) -> Kind | None:
        if path in self._objects:
            return "object"
        return "collection" if path in self._collections else None

    def names(self, path: Segments) -> list[str]:
        return [child[-1] for child in (*self._collections, *self._objects) if child and child[:-1] == path]

    def read(self, path: Segments) -> bytes:
        return self._objects[path]

    def apply(self, changes: Changes) -> None:
        removed = set(changes.removed)

        def stays(path: Segments) -> bool:
            return not any(path[:end] in removed for end in range(1, len(path) + 1))

        objects = {path: data for path, data in self._objects.items() if stays(path)}
        self._collections = frozenset(filter(stays, self._collections)) | set(changes.collections)
        self._objects = {**objects, **changes.objects}
