"""What a backend offers: objects with content, collections of them, and drivers that mount a root collection."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from os import PathLike
from pathlib import PurePath
from typing import Generic, Literal, TypeVar

from wtc.artifacts.errors import WrongAccessibleTypeException

AccessibleType = Literal["object", "collection", "any"]
"""What a caller asks for; `any` accepts both kinds."""

Mountpoint_contra = TypeVar("Mountpoint_contra", contravariant=True)


class Object(ABC):
    """Content under a name: a file, a key of a bucket, a row."""

    def name(self) -> str:
        """Return the last part of the path."""
        return self.path().name

    @abstractmethod
    def path(self) -> PurePath:
        """Return where the object is; the path of its root is the beginning of it."""

    @abstractmethod
    def read_binary(self) -> bytes:
        """Return the whole content.

        Raises:
            MissingAccessibleError: the object does not exist any more.
        """

    @abstractmethod
    def write_binary(self, data: bytes) -> None:
        """Replace the whole content."""

    def read_text(self) -> str:
        """Return the whole content, decoded as UTF-8.

        Raises:
            MissingAccessibleError: the object does not exist any more.
            UnicodeDecodeError: the content is not UTF-8.
        """
        return self.read_binary().decode()

    def write_text(self, data: str) -> None:
        """Replace the whole content, encoded as UTF-8."""
        self.write_binary(data.encode())


class Collection(ABC):
    """Objects and collections under names. Paths are relative to the collection; parts are separated by `/`.

    Every method that takes a path raises `OutsideRootError` if the path leads out of the root: absolute, with `..`, or
    through a symbolic link.
    """

    def name(self) -> str:
        """Return the last part of the path."""
        return self.path().name

    @abstractmethod
    def path(self) -> PurePath:
        """Return where the collection is; the path of its root is the beginning of it."""

    @abstractmethod
    def ls(self) -> Iterable["Accessible"]:
        """Return what the collection contains, by name.

        Raises:
            MissingAccessibleError: the collection does not exist any more.
        """

    @abstractmethod
    def rm(self, path: str | PathLike[str]) -> None:
        """Remove an object, or a collection with all of its content; do nothing if neither exists."""

    @abstractmethod
    def mkdir(self, path: str | PathLike[str]) -> "Collection":
        """Create a collection and its missing parents; return the existing one if there is one.

        Raises:
            WrongAccessibleTypeException: the path, or a parent, is an object.
        """

    @abstractmethod
    def touch(self, path: str | PathLike[str]) -> Object:
        """Create an empty object and its missing parents; return the existing one, unchanged, if there is one.

        Raises:
            WrongAccessibleTypeException: the path is a collection, or a parent is an object.
        """

    @abstractmethod
    def find(self, path: str | PathLike[str], accessible_type: AccessibleType = "any") -> "Accessible | None":
        """Return the object or collection at the path, None if neither exists.

        Raises:
            WrongAccessibleTypeException: it is not of the kind asked for.
        """

    def exists(self, path: str | PathLike[str], accessible_type: AccessibleType = "any") -> bool:
        """Return whether `find` finds something.

        Raises:
            WrongAccessibleTypeException: it is not of the kind asked for.
        """
        return self.find(path, accessible_type) is not None

    def find_object(self, path: str | PathLike[str]) -> Object | None:
        """Return the object at the path, None if nothing exists there.

        Raises:
            WrongAccessibleTypeException: it is a collection.
        """
        found = self.find(path, "object")
        if isinstance(found, Collection):
            raise wrong_type(str(found.path()), found="collection", expected="object")
        return found

    def find_collection(self, path: str | PathLike[str]) -> "Collection | None":
        """Return the collection at the path, None if nothing exists there.

        Raises:
            WrongAccessibleTypeException: it is an object.
        """
        found = self.find(path, "collection")
        if isinstance(found, Object):
            raise wrong_type(str(found.path()), found="object", expected="collection")
        return found

    def exists_object(self, path: str | PathLike[str]) -> bool:
        """Return whether an object exists at the path.

        Raises:
            WrongAccessibleTypeException: it is a collection.
        """
        return self.find_object(path) is not None

    def exists_collection(self, path: str | PathLike[str]) -> bool:
        """Return whether a collection exists at the path.

        Raises:
            WrongAccessibleTypeException: it is an object.
        """
        return self.find_collection(path) is not None

    def lock(self) -> AbstractContextManager[None]:
        """Lock out other users of the root, other processes included, until the block ends.

        A driver that cannot do this does nothing here. A thread can nest it.
        """
        return nullcontext()

    def transaction(self) -> AbstractContextManager[None]:
        """Lock the root, collect the changes made in the context, and make all of them at its end, or none.

        Reads inside the context see the changes. None of them is made if an exception leaves the context. A nested
        transaction is part of the outer one. A driver that cannot do this makes each change at once.
        """
        return nullcontext()


Accessible = Object | Collection
RootCollection = Collection


class MountDriver(ABC, Generic[Mountpoint_contra]):
    """Gives access to one kind of backend."""

    @abstractmethod
    def mount(self, mountpoint: Mountpoint_contra) -> RootCollection:
        """Return the root collection of the backend at the mountpoint."""


def wrong_type(path: str, *, found: str, expected: str) -> WrongAccessibleTypeException:
    """Return the error for an accessible of the other kind."""
    article = "an" if expected == "object" else "a"
    found_article = "an" if found == "object" else "a"
    return WrongAccessibleTypeException(f"`{path}` is {found_article} {found}, not {article} {expected}")
