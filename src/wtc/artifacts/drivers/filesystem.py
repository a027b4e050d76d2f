"""State in files and folders: one file for each object, one folder for each collection."""

import fcntl
import os
import threading
from collections.abc import Generator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path

from wtc.artifacts.accessible import MountDriver
from wtc.artifacts.drivers import folders, journal
from wtc.artifacts.drivers.storage import Changes, Kind
from wtc.artifacts.drivers.stored_objects import Session, StoredCollection
from wtc.artifacts.errors import ArtifactError, NotMountedError
from wtc.artifacts.paths import JOURNAL_NAME, Segments


class FilesystemMountDriver(MountDriver[str | PathLike[str]]):
    """Mounts a folder. Commits are all or nothing, for programs that are killed and for those that read."""

    def mount(self, mountpoint: str | PathLike[str]) -> StoredCollection:
        """Return the folder as a root collection; it is created, with its parents, if it is missing.

        Raises:
            OSError: it is not a folder, or cannot be created.
        """
        root = os.path.realpath(mountpoint)
        os.makedirs(root, exist_ok=True)
        return StoredCollection(Session(_FilesystemStorage(Path(root))))


class _FilesystemStorage:
    def __init__(self, root: Path) -> None:
        self._root = root
        self._open_root: int | None = None

    def location(self, path: Segments) -> Path:
        return self._root.joinpath(*path)

    @contextmanager
    def exclusive(self) -> Generator[None]:
        with _locked(self._root) as descriptor:
            journal.recover(descriptor)
            self._open_root = descriptor
            try:
                yield
            finally:
                self._open_root = None

    def kind(self, path: Segments) -> Kind | None:
        return folders.entry_kind(self._descriptor(), path)

    def names(self, path: Segments) -> list[str]:
        return [name for name in folders.list_names(self._descriptor(), path) if name != JOURNAL_NAME]

    def read(self, path: Segments) -> bytes:
        return folders.read_file(self._descriptor(), path)

    def apply(self, changes: Changes) -> None:
        journal.apply(self._descriptor(), changes)

    def _descriptor(self) -> int:
        if self._open_root is None:
            raise NotMountedError(f"`{self._root}` is used without its lock")
        return self._open_root


@contextmanager
def _locked(root: Path) -> Generator[int]:
    """Open the folder and lock it: the lock is the folder's own, ends with the process, and leaves nothing behind.

    Raises:
        ArtifactError: this thread has the lock already, by another mount of the folder, and would wait for itself.
        OSError: the folder cannot be opened, or its filesystem has no locks.
    """
    while True:
        descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            identity = os.fstat(descriptor)
            key = (identity.st_dev, identity.st_ino)
            if _holders.get(key) == threading.get_ident():
                raise ArtifactError(f"`{root}` is locked by another mount in this thread")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if not os.path.samestat(identity, os.stat(root)):
                # While this waited, another folder took the place of the one that is locked now.
                continue
            _holders[key] = threading.get_ident()
            try:
                yield descriptor
            finally:
                del _holders[key]
            return
        finally:
            os.close(descriptor)


_holders: dict[tuple[int, int], int] = {}
"""Device and inode of each folder that this process has locked -> the thread that did."""
