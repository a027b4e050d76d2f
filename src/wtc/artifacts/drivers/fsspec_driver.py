"""State in any backend that fsspec knows: S3, GCS, Azure, SFTP, HTTP, archives. Needs the extra `fsspec`."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Any, Protocol, cast

from wtc.artifacts.accessible import MountDriver
from wtc.artifacts.drivers.storage import Changes, Kind
from wtc.artifacts.drivers.stored_objects import Session, StoredCollection
from wtc.artifacts.errors import ArtifactError, OutsideRootError
from wtc.artifacts.paths import COLLECTION_MARKER, Segments, quote_path


class FsspecMountDriver(MountDriver[str]):
    """Mounts URLs such as `s3://bucket/state`; `storage_options` are those of the backend.

    The changes of a failed transaction are not made. But they are made one after the other, without a lock: a program
    that is killed during a commit leaves a part of it, and one that reads then sees a part. For a local folder use
    `FilesystemMountDriver`.
    """

    def __init__(self, **storage_options: Any) -> None:
        self._storage_options = storage_options

    def mount(self, mountpoint: str) -> StoredCollection:
        """Return the root collection at a URL.

        Raises:
            ArtifactError: fsspec is not installed.
            ValueError: fsspec does not know the URL's protocol.
        """
        try:
            from fsspec.core import url_to_fs  # pyright: ignore[reportUnknownVariableType]
        except ImportError as error:
            raise ArtifactError(
                "`FsspecMountDriver` needs fsspec",
                causes=[str(error)],
                hints=["to install it, run `pip install 'worktree-container-manager[fsspec]'`"],
            ) from error
        backend, root = cast("tuple[_Backend, str]", url_to_fs(mountpoint, **self._storage_options))
        return StoredCollection(Session(_FsspecStorage(backend, root.rstrip("/"))))


class _Backend(Protocol):
    """What is used of `fsspec.AbstractFileSystem`."""

    def invalidate_cache(self) -> None: ...
    def info(self, path: str) -> Mapping[str, Any]: ...
    def ls(self, path: str, detail: bool = True) -> Sequence[Mapping[str, Any]]: ...  # noqa: FBT001, FBT002
    def cat_file(self, path: str) -> bytes: ...
    def pipe_file(self, path: str, value: bytes) -> None: ...
    def makedirs(self, path: str, exist_ok: bool = False) -> None: ...  # noqa: FBT001, FBT002
    def isdir(self, path: str) -> bool: ...
    def rm(self, path: str, recursive: bool = False) -> None: ...  # noqa: FBT001, FBT002


class _FsspecStorage:
    def __init__(self, backend: _Backend, root: str) -> None:
        self._backend = backend
        self._root = root

    def location(self, path: Segments) -> PurePosixPath:
        return PurePosixPath(self._root, *path)

    @contextmanager
    def exclusive(self) -> Generator[None]:
        # What another process changed since is not in the backend's cache of listings.
        self._backend.invalidate_cache()
        yield

    def kind(self, path: Segments) -> Kind | None:
        kind: Kind | None = "collection"
        for end in range(1, len(path) + 1):
            if kind != "collection":
                return None
            kind = self._kind_of_part(path[:end])
        return kind

    def names(self, path: Segments) -> list[str]:
        try:
            entries = self._backend.ls(self._url(path), detail=True)
        except FileNotFoundError:
            return []  # the root, before anything is stored
        names = [PurePosixPath(str(entry["name"])).name for entry in entries if not _is_link(entry)]
        return [name for name in names if name != COLLECTION_MARKER]

    def read(self, path: Segments) -> bytes:
        return self._backend.cat_file(self._url(path))

    def apply(self, changes: Changes) -> None:
        for path in changes.removed:
            self._backend.rm(self._url(path), recursive=True)
        for path in ((), *changes.collections):
            self._backend.makedirs(self._url(path), exist_ok=True)
            if path and not self._backend.isdir(self._url(path)):
                # An object store has no collections, only names with `/` in them.
                self._backend.pipe_file(self._url((*path, COLLECTION_MARKER)), b"")
        for path, data in changes.objects.items():
            self._backend.pipe_file(self._url(path), data)

    def _url(self, path: Segments) -> str:
        return "/".join((self._root, *path))

    def _kind_of_part(self, path: Segments) -> Kind | None:
        try:
            entry = self._backend.info(self._url(path))
        except (FileNotFoundError, NotADirectoryError):
            return None
        if _is_link(entry):
            raise OutsideRootError(f"`{quote_path(path)}` is a symbolic link, which can lead out of the mounted root")
        return "collection" if entry["type"] == "directory" else "object"


def _is_link(entry: Mapping[str, Any]) -> bool:
    """Return whether an entry is a symbolic link; backends that have links say it in one of two ways."""
    return bool(entry.get("islink")) or entry["type"] == "link"
