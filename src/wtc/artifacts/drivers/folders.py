"""Access to a tree of folders that never follows a symbolic link: each part of a path is opened by itself."""

import os
import stat
from collections.abc import Generator
from contextlib import contextmanager

from wtc.artifacts.drivers.storage import Kind
from wtc.artifacts.errors import OutsideRootError, WrongAccessibleTypeException
from wtc.artifacts.paths import Segments, quote_path

_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def open_folder(root: int, path: Segments) -> Generator[int]:
    """Open the folder at a path below an open folder.

    Raises:
        OutsideRootError: a part of the path is a symbolic link.
        FileNotFoundError: a part of the path is missing.
        NotADirectoryError: a part of the path is not a folder.
    """
    descriptor = os.dup(root)
    try:
        for end, name in enumerate(path, 1):
            child = _open_folder(name, descriptor, path[:end])
            os.close(descriptor)
            descriptor = child
        yield descriptor
    finally:
        os.close(descriptor)


def entry_kind(root: int, path: Segments) -> Kind | None:
    """Return what exists at the path, None if nothing does.

    Raises:
        OutsideRootError: the path, or a part of it, is a symbolic link.
        WrongAccessibleTypeException: it is a FIFO, a device or a socket.
    """
    if not path:
        return "collection"
    try:
        with open_folder(root, path[:-1]) as parent:
            mode = os.stat(path[-1], dir_fd=parent, follow_symlinks=False).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    if stat.S_ISLNK(mode):
        raise link_error(path)
    if stat.S_ISDIR(mode):
        return "collection"
    if stat.S_ISREG(mode):
        return "object"
    raise WrongAccessibleTypeException(f"`{quote_path(path)}` is a special file, neither an object nor a collection")


def list_names(root: int, path: Segments) -> list[str]:
    """Return the names of the folders and regular files in a folder."""
    with open_folder(root, path) as folder, os.scandir(folder) as entries:
        return [
            entry.name
            for entry in entries
            if entry.is_dir(follow_symlinks=False) or entry.is_file(follow_symlinks=False)
        ]


def read_file(root: int, path: Segments) -> bytes:
    """Return the content of a regular file."""
    with open_folder(root, path[:-1]) as parent:
        # Without O_NONBLOCK, a FIFO that took the file's place would block.
        descriptor = os.open(path[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=parent)
    with open(descriptor, "rb") as file:
        return file.read()


def write_file(folder: int, name: str, data: bytes, *, mode: int | None) -> None:
    """Create a file with this content and make it durable. With `mode` None, the umask sets it."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(name, flags, 0o666, dir_fd=folder)
    try:
        if mode is not None:
            os.fchmod(descriptor, mode)
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_all(parent: int, name: str) -> None:
    """Remove a file, or a folder with its content. A symbolic link is removed itself, not what it leads to."""
    if not stat.S_ISDIR(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode):
        os.unlink(name, dir_fd=parent)
        return
    with open_folder(parent, (name,)) as folder:
        for child in os.listdir(folder):
            remove_all(folder, child)
    os.rmdir(name, dir_fd=parent)


def link_error(path: Segments) -> OutsideRootError:
    """Return the error for a symbolic link on the way."""
    return OutsideRootError(f"`{quote_path(path)}` is a symbolic link, which can lead out of the mounted root")


def _open_folder(name: str, parent: int, path: Segments) -> int:
    try:
        return os.open(name, _FOLDER_FLAGS, dir_fd=parent)
    except OSError:
        # The system's own error for a link differs between systems.
        if stat.S_ISLNK(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode):
            raise link_error(path) from None
        raise
