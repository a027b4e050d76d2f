"""Objects and collections of a storage, and the transactions that change them."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from os import PathLike
from pathlib import PurePath

from wtc.artifacts.accessible import Accessible, AccessibleType, Collection, Object, wrong_type
from wtc.artifacts.drivers.storage import Kind, Overlay, Storage
from wtc.artifacts.errors import OutsideRootError
from wtc.artifacts.paths import Segments, split_path


class Session:
    """One mounted storage: who has it locked, and the transaction that is in progress. Threads wait for each other."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._thread_lock = threading.RLock()
        self._locked = False
        self._overlay: Overlay | None = None

    def location(self, path: Segments) -> PurePath:
        """Return the path that people know the accessible by."""
        return self._storage.location(path)

    @contextmanager
    def lock(self) -> Generator[None]:
        """Lock out other threads and processes."""
        with self._thread_lock:
            if self._locked:
                yield
                return
            with self._storage.exclusive():
                self._locked = True
                try:
                    yield
                finally:
                    self._locked = False

    @contextmanager
    def transaction(self) -> Generator[Overlay]:
        """Collect changes; make them when the outermost transaction ends, drop those of one that fails."""
        with self.lock():
            if self._overlay is not None:
                before = self._overlay.changes()
                try:
                    yield self._overlay
                except BaseException:
                    self._overlay.restore(before)
                    raise
                return
            self._overlay = Overlay(self._storage)
            try:
                yield self._overlay
                changes = self._overlay.changes()
            finally:
                self._overlay = None
            if changes:
                self._storage.apply(changes)

    @contextmanager
    def state(self) -> Generator[Overlay]:
        """Open the state for one read or change: in the transaction in progress, else in a separate one."""
        with self.lock():
            if self._overlay is not None:
                yield self._overlay
                return
            with self.transaction() as overlay:
                yield overlay


class StoredObject(Object):
    """An object of a session's storage."""

    def __init__(self, session: Session, segments: Segments) -> None:
        self._session = session
        self._segments = segments

    def __repr__(self) -> str:
        return f"<object {self.path()}>"

    def path(self) -> PurePath:
        return self._session.location(self._segments)

    def read_binary(self) -> bytes:
        with self._session.state() as state:
            return state.read(self._segments)

    def write_binary(self, data: bytes) -> None:
        with self._session.state() as state:
            state.write(self._segments, data)


class StoredCollection(Collection):
    """A collection of a session's storage."""

    def __init__(self, session: Session, segments: Segments = ()) -> None:
        self._session = session
        self._segments = segments

    def __repr__(self) -> str:
        return f"<collection {self.path()}>"

    def path(self) -> PurePath:
        return self._session.location(self._segments)

    def ls(self) -> list[Accessible]:
        with self._session.state() as state:
            entries = state.entries(self._segments)
        return [self._accessible(kind, (*self._segments, name)) for name, kind in entries]

    def rm(self, path: str | PathLike[str]) -> None:
        segments = self._inside(path)
        if segments == self._segments:
            raise OutsideRootError(f"collection `{self.path()}` cannot remove itself")
        with self._session.state() as state:
            state.rm(segments)

    def mkdir(self, path: str | PathLike[str]) -> "StoredCollection":
        segments = self._inside(path)
        with self._session.state() as state:
            state.mkdir(segments)
        return StoredCollection(self._session, segments)

    def touch(self, path: str | PathLike[str]) -> StoredObject:
        segments = self._inside(path)
        with self._session.state() as state:
            state.touch(segments)
        return StoredObject(self._session, segments)

    def find(self, path: str | PathLike[str], accessible_type: AccessibleType = "any") -> Accessible | None:
        segments = self._inside(path)
        with self._session.state() as state:
            kind = state.kind(segments)
        if kind is None:
            return None
        if accessible_type not in {"any", kind}:
            raise wrong_type(str(self._session.location(segments)), found=kind, expected=accessible_type)
        return self._accessible(kind, segments)

    @contextmanager
    def lock(self) -> Generator[None]:
        with self._session.lock():
            yield

    @contextmanager
    def transaction(self) -> Generator[None]:
        with self._session.transaction():
            yield

    def _inside(self, path: str | PathLike[str]) -> Segments:
        return (*self._segments, *split_path(path))

    def _accessible(self, kind: Kind, segments: Segments) -> Accessible:
        return (StoredObject if kind == "object" else StoredCollection)(self._session, segments)
