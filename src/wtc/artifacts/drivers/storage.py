"""What a driver has to store, and the changes that it makes to it, as data."""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal, Protocol

from wtc.artifacts.accessible import wrong_type
from wtc.artifacts.errors import MissingAccessibleError
from wtc.artifacts.paths import Segments, quote_path

Kind = Literal["object", "collection"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The difference between two states. Removals come first, then collections, then objects."""

    removed: tuple[Segments, ...]
    """What is removed with all of its content; none is inside another one."""
    collections: tuple[Segments, ...]
    """What is created, parents first; none exists, unless it is one of `removed`."""
    objects: Mapping[Segments, bytes]
    """Object -> its new content; the parents exist or are one of `collections`."""

    def __bool__(self) -> bool:
        return bool(self.removed or self.collections or self.objects)


class Storage(Protocol):
    """A root that objects and collections are stored in. Every method but `location` is called inside `exclusive`."""

    def location(self, path: Segments) -> PurePath:
        """Return the path that people know the accessible by."""
        ...

    def exclusive(self) -> AbstractContextManager[None]:
        """Lock out other users, after the changes of a killed one are finished or discarded. It is not nested."""
        ...

    def kind(self, path: Segments) -> Kind | None:
        """Return what exists at the path; None if nothing does, or if a parent is missing or an object."""
        ...

    def names(self, path: Segments) -> Iterable[str]:
        """Return the names in an existing collection."""
        ...

    def read(self, path: Segments) -> bytes:
        """Return the content of an existing object."""
        ...

    def apply(self, changes: Changes) -> None:
        """Apply all of the changes, or none; they are not empty."""
        ...


class Overlay:
    """A storage as it is once the changes collected here are made. It writes nothing itself."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._removed: set[Segments] = set()
        self._collections: set[Segments] = set()
        self._objects: dict[Segments, bytes] = {}

    def changes(self) -> Changes:
        """Return the collected changes."""
        return Changes(
            removed=tuple(sorted(self._removed)),
            collections=tuple(sorted(self._collections, key=lambda path: (len(path), path))),
            objects=dict(sorted(self._objects.items())),
        )

    def restore(self, changes: Changes) -> None:
        """Restore changes that `changes` returned before."""
        self._removed = set(changes.removed)
        self._collections = set(changes.collections)
        self._objects = dict(changes.objects)

    def kind(self, path: Segments) -> Kind | None:
        """Return what exists at the path, as `Storage.kind` does."""
        if path in self._objects:
            return "object"
        if path in self._collections:
            return "collection"
        return self._stored_kind(path)

    def entries(self, path: Segments) -> list[tuple[str, Kind]]:
        """Return (name, kind) of what a collection contains, by name.

        Raises:
            MissingAccessibleError: nothing exists at the path.
            WrongAccessibleTypeException: it is an object.
        """
        self._require(path, "collection")
        depth = len(path)
        names = {child[depth] for child in (*self._collections, *self._objects) if child[:-1] == path}
        if self._stored_kind(path) == "collection":
            names.update(self._storage.names(path))
        # What the changes remove from the collection has no kind.
        return [(name, kind) for name in sorted(names) if (kind := self.kind((*path, name))) is not None]

    def read(self, path: Segments) -> bytes:
        """Return the content of an object.

        Raises:
            MissingAccessibleError: nothing exists at the path.
            WrongAccessibleTypeException: it is a collection.
        """
        self._require(path, "object")
        return self._objects[path] if path in self._objects else self._storage.read(path)

    def write(self, path: Segments, data: bytes) -> None:
        """Replace the content of an object; create it, with its parents, if it is missing.

        Raises:
            WrongAccessibleTypeException: it is a collection, or a parent is an object.
        """
        if self.kind(path) == "object" and self.read(path) == data:
            return
        self.touch(path)
        if self._stored_kind(path) == "object" and self._storage.read(path) == data:
            self._objects.pop(path, None)
        else:
            self._objects[path] = data

    def touch(self, path: Segments) -> None:
        """Create an empty object, with its parents, if it is missing.

        Raises:
            WrongAccessibleTypeException: it is a collection, or a parent is an object.
        """
        match self.kind(path):
            case "collection":
                raise wrong_type(quote_path(path), found="collection", expected="object")
            case "object":
                return
            case None:
                self.mkdir(path[:-1])
                self._objects[path] = b""
                if path in self._removed and self._storage.kind(path) == "object":
                    # The new content replaces the old one in one step, without a removal.
                    self._removed.remove(path)

    def mkdir(self, path: Segments) -> None:
        """Create a collection, with its parents, if it is missing.

        Raises:
            WrongAccessibleTypeException: it, or a parent, is an object.
        """
        for end in range(len(path) + 1):
            part = path[:end]
            match self.kind(part):
                case "object":
                    raise wrong_type(quote_path(part), found="object", expected="collection")
                case "collection":
                    pass
                case None:
                    self._collections.add(part)

    def rm(self, path: Segments) -> None:
        """Remove an object, or a collection with its content; do nothing if neither exists."""
        if self.kind(path) is None:
            return
        stored = self._stored_kind(path) is not None
        self._collections = {one for one in self._collections if not _is_inside(one, path)}
        self._objects = {one: data for one, data in self._objects.items() if not _is_inside(one, path)}
        if stored:
            self._removed = {one for one in self._removed if not _is_inside(one, path)} | {path}

    def _stored_kind(self, path: Segments) -> Kind | None:
        """Return what the storage has at the path and the changes leave there."""
        if any(path[:end] in self._removed for end in range(1, len(path) + 1)):
            return None
        return self._storage.kind(path)

    def _require(self, path: Segments, expected: Kind) -> None:
        found = self.kind(path)
        if found is None:
            raise MissingAccessibleError(f"{expected} `{self._storage.location(path)}` does not exist")
        if found != expected:
            raise wrong_type(quote_path(path), found=found, expected=expected)


def _is_inside(path: Segments, parent: Segments) -> bool:
    return path[: len(parent)] == parent
