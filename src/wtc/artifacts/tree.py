"""Trees of items: collections with a declared layout, composable roots, and the mounter that builds them."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from wtc.artifacts.accessible import Collection, RootCollection
from wtc.artifacts.declarations import Declaration, concrete_class, declarations_of
from wtc.artifacts.errors import ArtifactError, MissingInitialStateError, NotMountedError
from wtc.artifacts.items import (
    Anchor,
    BaseWorktreeItem,
    Claim,
    CollectionClaim,
    Syncable,
    memory_restorer,
    restore_memory_on_error,
    unreachable,
)
from wtc.artifacts.json_artifact import JsonArtifact

Tree = TypeVar("Tree", bound="Worktree")

_ONLY_COLLECTIONS = "LayoutAnchor only claims collections, not objects"


class _Parent(Syncable):
    """An item with declared children, which are attributes of it."""

    _child_names: tuple[str, ...] = ()

    def _create_children(self, collection: Collection, initial_states: Mapping[str, Any] | None) -> None:
        """Create each declared child as an attribute.

        Raises:
            MissingInitialStateError: a child cannot be created from its initial states.
            ArtifactError: an initial state belongs to no child.
        """
        declarations = declarations_of(type(self))
        states = dict(initial_states or {})
        children = {one.name: _create_item(one, collection, states.pop(one.name, None)) for one in declarations}
        if states:
            raise ArtifactError(
                f"`{type(self).__qualname__}` has initial states for items that it does not declare",
                causes=[", ".join(f"`{name}`" for name in sorted(states))],
            )
        _check_claims(type(self), children)
        for name, child in children.items():
            setattr(self, name, child)
        self._child_names = tuple(children)

    def _children(self) -> dict[str, Syncable]:
        return {name: getattr(self, name) for name in self._child_names}

    def _sync_children(self) -> None:
        for name, child in self._children().items():
            try:
                child.sync()
            except MissingInitialStateError as error:
                raise _located_error(name, type(child), error) from (error.__cause__ or error)

    def _commit_children(self) -> None:
        for child in self._children().values():
            child.commit()

    def memory_snapshot(self) -> Callable[[], None]:
        restore_children = memory_restorer(self._children().values())
        restore_self = super().memory_snapshot()

        def restore() -> None:
            restore_self()
            restore_children()

        return restore


class LayoutAnchor(_Parent, Anchor[Collection]):
    """A collection with declared children; without any, an empty collection. Its handle is the collection.

    The children exist, as attributes, from the first `sync` on.
    """

    def __init__(
        self,
        item_name: str,
        mounted_at: Collection | None,
        initial_states: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(item_name, mounted_at, initial_states)
        self._collection: Collection | None = None

    def ownership_claims(self) -> Sequence[Claim]:
        return [CollectionClaim(path=Path(self.item_name))]

    def initialize_collection(self, path: Path, collection: Collection) -> None:
        self._adopt(collection)

    def validate_collection(self, path: Path, collection: Collection) -> None:
        self._adopt(collection)

    def commit_collection(self, path: Path, collection: Collection) -> None:
        """Do nothing: the collection has no content but its children."""

    initialize_object = unreachable(_ONLY_COLLECTIONS)
    validate_object = unreachable(_ONLY_COLLECTIONS)
    commit_object = unreachable(_ONLY_COLLECTIONS)

    def handle(self) -> Collection:
        """Return the collection.

        Raises:
            NotMountedError: the item was never synced.
        """
        if self._collection is None:
            raise NotMountedError(f"`{self.item_name}` has no collection before its first sync")
        return self._collection

    def sync(self) -> None:
        """Create the collection if it is missing, and sync the children. If it fails, nothing changes."""
        with restore_memory_on_error(self), self._mount().transaction():
            super().sync()
            self._sync_children()

    def commit(self) -> None:
        """Commit the children. If it fails, the storage does not change.

        Raises:
            NotMountedError: the item was never synced.
        """
        self.handle()
        with self._mount().transaction():
            super().commit()
            self._commit_children()

    def _adopt(self, collection: Collection) -> None:
        if self._collection is None:
            self._create_children(collection, self._initial_states)
        self._collection = collection


class Worktree(_Parent):
    """The root of a tree of items, composable: a field that is a `Worktree` lives in a collection of the field's name.

    Items are declared by annotations or inner classes, and exist as attributes. `initial_states` maps a field's name to
    the initial states of the item: field -> value, nested as the items are.
    """

    def __init__(self, root: RootCollection, initial_states: Mapping[str, Any] | None = None) -> None:
        self._root = root
        self._create_children(root, initial_states)

    def sync(self) -> None:
        """Sync each item, from one consistent state of the storage. If it fails, neither memory nor storage changes."""
        with restore_memory_on_error(self), self._root.transaction():
            self._sync_children()

    def commit(self) -> None:
        """Commit each item. The storage gets the state of all of them, or of none."""
        with self._root.transaction():
            self._commit_children()

    def lock(self) -> AbstractContextManager[None]:
        """Lock out other processes that sync and commit, for the time of sync, change and commit."""
        return self._root.lock()


@dataclass(frozen=True, slots=True)
class BaseMounter:
    """Builds trees on a root collection."""

    root: RootCollection

    def mount(self, tree_type: type[Tree], initial_states: Mapping[str, Any] | None = None) -> Tree:
        """Return a tree in step with what the root stores; what is missing there is created.

        Raises:
            MissingInitialStateError: a field without default has no initial state.
        """
        with self.root.transaction():
            tree: Tree = concrete_class(tree_type)(self.root, initial_states=initial_states)
            tree.sync()
        return tree


def _check_claims(owner: type, children: Mapping[str, Syncable]) -> None:
    """Refuse two items of one collection that own the same path.

    Raises:
        ArtifactError: there are two such items.
    """
    owners: dict[Path, str] = {}
    for name, child in children.items():
        claims = child.ownership_claims() if isinstance(child, BaseWorktreeItem) else [CollectionClaim(path=Path(name))]
        for claim in claims:
            if (other := owners.setdefault(claim.path, name)) != name:
                raise ArtifactError(
                    f"items `{other}` and `{name}` of `{owner.__qualname__}` both own `{claim.path}`",
                    causes=["an object or collection belongs to one item"],
                )


def _create_item(declaration: Declaration, collection: Collection, initial_states: object) -> Syncable:
    """Return a declared item.

    Raises:
        MissingInitialStateError: a field without default has no initial state; or the constructor of an item of a
            custom class raises an error, which is taken as a fault of the initial states.
        InvalidContentError, ValidationError: an initial state does not fit its field.
    """
    name, item_type = declaration.name, declaration.item_type
    try:
        if issubclass(item_type, Worktree):
            return declaration.create(collection.mkdir(name), initial_states=initial_states)
        return declaration.create(name, collection, initial_states=initial_states)
    except MissingInitialStateError as error:
        raise _located_error(name, item_type, error) from (error.__cause__ or error)
    except Exception as error:
        if isinstance(error, ArtifactError) or issubclass(item_type, (JsonArtifact, _Parent)):
            error.add_note(f"in item `{name}`")
            raise
        raise MissingInitialStateError(name, str(error)) from error


def _located_error(name: str, item_type: type[Syncable], error: MissingInitialStateError) -> MissingInitialStateError:
    """Return an item's error with the path from its parent. Items that have no children name themselves."""
    own = not issubclass(item_type, _Parent) and error.item_name == name
    return error if own else MissingInitialStateError(f"{name}.{error.item_name}", error.reason)
