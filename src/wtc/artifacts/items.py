"""What a state tree consists of: items that own objects and collections of the storage."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Literal, NoReturn, TypeVar

from wtc.artifacts.accessible import Collection, Object
from wtc.artifacts.errors import NotMountedError, UnreachableWorktreeAction

Value = TypeVar("Value")
Handle = TypeVar("Handle")


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectClaim:
    """An item owns the object at this path of the collection that it is mounted at."""

    path: Path
    target: Literal["object"] = "object"


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionClaim:
    """An item owns the collection at this path of the collection that it is mounted at."""

    path: Path
    target: Literal["collection"] = "collection"


Claim = ObjectClaim | CollectionClaim


class Syncable(ABC):
    """State in memory with a counterpart in a storage."""

    @abstractmethod
    def sync(self) -> None:
        """Read the stored state into memory; create it from memory, with its defaults, where it is missing."""

    @abstractmethod
    def commit(self) -> None:
        """Write the state in memory to the storage."""

    def memory_snapshot(self) -> Callable[[], None]:
        """Return a function that gives the attributes the values that they have now."""
        saved = dict(vars(self))

        def restore() -> None:
            vars(self).clear()
            vars(self).update(saved)

        return restore


@contextmanager
def restore_memory_on_error(item: Syncable) -> Generator[None]:
    """Leave the item's memory as it was if an exception leaves the context."""
    restore = item.memory_snapshot()
    try:
        yield
    except BaseException:
        restore()
        raise


class BaseWorktreeItem(Syncable):
    """An item that owns objects and collections.

    `sync` and `commit` call the methods `initialize_*`, `validate_*` and `commit_*`, and only on what
    `ownership_claims` returns. An item overrides those for the kinds that it claims; the others raise
    `UnreachableWorktreeAction`.
    """

    def __init__(
        self,
        item_name: str,
        mounted_at: Collection | None,
        initial_states: Mapping[str, Any] | None = None,
    ) -> None:
        self._item_name = item_name
        self._mounted_at = mounted_at
        self._initial_states = initial_states

    @property
    def item_name(self) -> str:
        """The name of the field that declares the item."""
        return self._item_name

    @abstractmethod
    def ownership_claims(self) -> Sequence[Claim]:
        """Return what the item owns, in the order in which it is created."""

    def initialize_object(self, path: Path, obj: Object) -> None:
        """Set up an owned object that was just created."""
        raise _unreachable(self, "object")

    def initialize_collection(self, path: Path, collection: Collection) -> None:
        """Set up an owned collection that was just created."""
        raise _unreachable(self, "collection")

    def validate_object(self, path: Path, obj: Object) -> None:
        """Check an owned object that exists, and read it into memory."""
        raise _unreachable(self, "object")

    def validate_collection(self, path: Path, collection: Collection) -> None:
        """Check an owned collection that exists, and read it into memory."""
        raise _unreachable(self, "collection")

    def commit_object(self, path: Path, obj: Object) -> None:
        """Write memory to an owned object."""
        raise _unreachable(self, "object")

    def commit_collection(self, path: Path, collection: Collection) -> None:
        """Write memory to an owned collection."""
        raise _unreachable(self, "collection")

    def sync(self) -> None:
        """Create, initialize and commit each claim that is missing, and validate each one that exists.

        If it fails, neither memory nor the storage changes.

        Raises:
            NotMountedError: the item was made without a collection.
            WrongAccessibleTypeException: a claim is of the other kind.
        """
        mounted_at = self._mount()
        with restore_memory_on_error(self), mounted_at.transaction():
            for claim in self.ownership_claims():
                if isinstance(claim, ObjectClaim):
                    self._sync_object(claim.path, mounted_at)
                else:
                    self._sync_collection(claim.path, mounted_at)

    def commit(self) -> None:
        """Commit each claim; one that was removed meanwhile is created again.

        If it fails, the storage does not change.

        Raises:
            NotMountedError: the item was made without a collection.
            WrongAccessibleTypeException: a claim is of the other kind.
        """
        mounted_at = self._mount()
        with mounted_at.transaction():
            for claim in self.ownership_claims():
                if isinstance(claim, ObjectClaim):
                    self.commit_object(claim.path, mounted_at.touch(claim.path))
                else:
                    self.commit_collection(claim.path, mounted_at.mkdir(claim.path))

    def _sync_object(self, path: Path, mounted_at: Collection) -> None:
        found = mounted_at.find_object(path)
        if found is not None:
            self.validate_object(path, found)
            return
        created = mounted_at.touch(path)
        self.initialize_object(path, created)
        self.commit_object(path, created)

    def _sync_collection(self, path: Path, mounted_at: Collection) -> None:
        found = mounted_at.find_collection(path)
        if found is not None:
            self.validate_collection(path, found)
            return
        created = mounted_at.mkdir(path)
        self.initialize_collection(path, created)
        self.commit_collection(path, created)

    def _mount(self) -> Collection:
        if self._mounted_at is None:
            raise NotMountedError(f"`{self._item_name}` is not mounted at a collection")
        return self._mounted_at


class Artifact(BaseWorktreeItem, Generic[Value]):
    """Stored data that has a value in memory."""

    @abstractmethod
    def value(self) -> Value:
        """Return the value in memory."""


class Anchor(BaseWorktreeItem, Generic[Handle]):
    """Stored data that stays where it is, and that a handle gives access to."""

    @abstractmethod
    def handle(self) -> Handle:
        """Return what gives access to the data."""


def unreachable(reason: str) -> Callable[..., NoReturn]:
    """Return a method for the kind that a class never claims; `reason` completes "unreachable since"."""

    def method(*_arguments: object) -> NoReturn:
        raise UnreachableWorktreeAction(f"the method is unreachable since {reason}")

    method.__doc__ = f"Unreachable method since {reason}.\n\n:raise UnreachableWorktreeAction: always."
    return method


def _unreachable(item: BaseWorktreeItem, kind: str) -> UnreachableWorktreeAction:
    return UnreachableWorktreeAction(f"`{type(item).__name__}` has no method for a claimed {kind}")


def memory_restorer(items: Iterable[Syncable]) -> Callable[[], None]:
    """Return a function that restores the memory of several items."""
    restores = [item.memory_snapshot() for item in items]

    def restore() -> None:
        for one in restores:
            one()

    return restore
