"""Unpack a container's archive below one folder of the local machine and nowhere else.

A container is not trusted, and its archive can have any content. So the kernel never resolves a whole path: each folder
of the path is opened relative to its parent, never through a symbolic link, and each change is made relative to such a
folder. This also holds if a container changes the folder at the same time, through a bind mount.
"""

import errno
import os
import stat
import tarfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager

from wtc.static_typing import IO

CHUNK_BYTES = 64 * 1024
_PERMISSIONS = 0o777
_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

_Path = tuple[str, ...]
"""Names from the destination's folder down, none of them empty, `.` or `..`."""


def unpack_archive(source: IO[bytes], folder: str, name: str) -> None:
    """Unpack an archive of one file or folder as `folder/name`; without a name, a folder's contents into `folder`.

    What is unpacked belongs to the caller and has the archive's permissions and times; it is never setuid or setgid.
    Symbolic links are written as they are. A file or link in the destination is replaced, a folder is not.

    Raises:
        OSError: a file cannot be written.
        tarfile.TarError: the archive is damaged, has a path outside of the folder, a device or a named pipe.
    """
    top = os.open(os.path.realpath(folder), _FOLDER_FLAGS)
    try:
        with tarfile.open(fileobj=source, mode="r|") as archive:
            _Destination(top, folder, (name,) if name else ()).write(archive)
    except (ValueError, OverflowError, IndexError, EOFError) as error:
        # tarfile and the system calls raise these for invalid numbers and names.
        raise tarfile.ReadError(f"the archive is damaged: {error}") from error
    finally:
        os.close(top)


class _Destination:
    def __init__(self, folder: int, shown: str, base: _Path) -> None:
        self._folder = folder
        self._shown = shown
        """The folder's path, for messages."""
        self._base = base
        """The destination of the archive's first member; empty if it is the folder itself."""
        self._root: _Path | None = None
        """The first member's path in the archive."""
        self._folders: dict[_Path, tarfile.TarInfo] = {}
        """Unpacked folders. Their permissions may forbid writing in them, so they are set last."""

    def write(self, archive: tarfile.TarFile) -> None:
        for member in archive:
            path = self._path(member.name)
            with self._name_errors(path):
                if path:
                    self._write_member(archive, member, path)
                elif not member.isdir():
                    raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        for path, member in reversed(self._folders.items()):
            with self._name_errors(path), self._opened(path) as folder:
                os.fchmod(folder, member.mode & (_PERMISSIONS | stat.S_ISVTX))
                os.utime(folder, (member.mtime, member.mtime))

    def _write_member(self, archive: tarfile.TarFile, member: tarfile.TarInfo, path: _Path) -> None:
        with self._opened(path[:-1], create=True) as parent:
            if member.isdir():
                _make_folder(parent, path[-1])
                self._folders[path] = member
            elif member.issym():
                _clear_path(parent, path[-1])
                os.symlink(member.linkname, path[-1], dir_fd=parent)
            elif member.islnk():
                self._link(self._path(member.linkname), parent, path[-1])
            elif member.isreg():
                _clear_path(parent, path[-1])
                _write_file(archive, member, parent, path[-1])
            else:
                raise tarfile.ExtractError(f"`{member.name}` is not a file, a folder or a link")

    def _link(self, target: _Path, parent: int, name: str) -> None:
        """Create a hard link to a file of the archive; for a symbolic link, create a copy of it."""
        if not target:
            raise tarfile.ExtractError(f"`{name}` is a hard link to a folder")
        with self._opened(target[:-1]) as folder:
            mode = os.stat(target[-1], dir_fd=folder, follow_symlinks=False).st_mode
            if stat.S_ISLNK(mode):
                text = os.readlink(target[-1], dir_fd=folder)
                _clear_path(parent, name)
                os.symlink(text, name, dir_fd=parent)
            elif stat.S_ISREG(mode):
                _clear_path(parent, name)
                os.link(target[-1], name, src_dir_fd=folder, dst_dir_fd=parent, follow_symlinks=False)
            else:
                raise tarfile.ExtractError(f"`{name}` is a hard link to something that is not a file or a link")

    def _path(self, name: str) -> _Path:
        """Return the destination of a member.

        Raises:
            tarfile.TarError: the path is outside of what is copied.
        """
        parts = tuple(part for part in name.split("/") if part not in {"", "."})
        if self._root is None:
            self._root = parts
        if ".." in parts or parts[: len(self._root)] != self._root:
            raise tarfile.ExtractError(f"`{name}` is outside of what is copied")
        return (*self._base, *parts[len(self._root) :])

    @contextmanager
    def _opened(self, path: _Path, *, create: bool = False) -> Generator[int]:
        """Open the folder at a path and yield its file descriptor; with `create`, create missing folders.

        Raises:
            OSError: a part of the path is not a folder; a symbolic link does not count as one.
        """
        folder = os.dup(self._folder)
        try:
            for name in path:
                inner = _open_folder(folder, name, create=create)
                os.close(folder)
                folder = inner
            yield folder
        finally:
            os.close(folder)

    @contextmanager
    def _name_errors(self, path: _Path) -> Generator[None]:
        """Make OSErrors name the whole path instead of a name in its folder."""
        try:
            yield
        except OSError as error:
            raise OSError(error.errno, error.strerror, os.path.join(self._shown, *path)) from error


def _open_folder(parent: int, name: str, *, create: bool) -> int:
    try:
        return os.open(name, _FOLDER_FLAGS, dir_fd=parent)
    except FileNotFoundError:
        if not create:
            raise
    os.mkdir(name, dir_fd=parent)
    return os.open(name, _FOLDER_FLAGS, dir_fd=parent)


def _make_folder(parent: int, name: str) -> None:
    """Create a folder, or make an existing one writable."""
    folder = _open_folder(parent, name, create=True)
    try:
        os.fchmod(folder, stat.S_IMODE(os.fstat(folder).st_mode) | stat.S_IRWXU)
    finally:
        os.close(folder)


def _clear_path(parent: int, name: str) -> None:
    """Remove a file, a link or a special file of this name.

    Raises:
        IsADirectoryError: it is a folder.
    """
    try:
        mode = os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    os.unlink(name, dir_fd=parent)


def _write_file(archive: tarfile.TarFile, member: tarfile.TarInfo, parent: int, name: str) -> None:
    """Write a file with holes in place of blocks of zeros, so that a sparse file stays sparse."""
    content = archive.extractfile(member)
    assert content is not None  # noqa: S101  a regular file has content
    with os.fdopen(os.open(name, _FILE_FLAGS, 0o600, dir_fd=parent), "wb") as file:
        file.truncate(member.size)
        for chunk in _read_exactly(content, member.size):
            if chunk.count(0) == len(chunk):
                file.seek(len(chunk), os.SEEK_CUR)
            else:
                file.write(chunk)
        file.flush()
        os.fchmod(file.fileno(), member.mode & _PERMISSIONS)
        os.utime(file.fileno(), (member.mtime, member.mtime))


def _read_exactly(content: IO[bytes], size: int) -> Iterator[bytes]:
    while size > 0:
        chunk = content.read(min(size, CHUNK_BYTES))
        if not chunk:
            raise tarfile.ReadError("the archive ends within a file")
        size -= len(chunk)
        yield chunk
