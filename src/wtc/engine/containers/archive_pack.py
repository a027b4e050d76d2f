"""Pack files of the local machine into a tar for a container, without following symbolic links in them."""

import os
import stat
import tarfile
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO

CHUNK_BYTES = 64 * 1024
WHOLE_BYTES = 8 << 20
"""The size of a file up to which `pack_entries` reads it before it writes the header: a program may be writing it."""
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def pack_archive(path: str, name: str) -> Iterator[bytes]:
    """Yield a tar of a local file or folder under a name; `.` puts a folder's contents at the top.

    Sockets in a folder are skipped, as `docker cp` does.

    Raises:
        OSError: a file cannot be read, or is a device or a named pipe; or the path itself is a socket.
    """
    return _streamed(lambda packing: packing.add_all(path, name))


def pack_entries(entries: Iterable[tuple[str, str]], *, unreadable: Callable[[OSError], None]) -> Iterator[bytes]:
    """Yield a tar of files, folders and links under their names: (local path, name in the tar).

    Of a folder it has the folder alone. Paths that do not exist any more are skipped, and so are sockets, devices and
    named pipes. `unreadable` gets the error of each other path that cannot be read; it is called in another thread.

    Raises:
        OSError: a large file became shorter while it was read.
    """

    def add(packing: _Packing) -> None:
        for path, name in entries:
            try:
                packing.add_one(path, name)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except _UnreadableError as error:
                unreadable(error)

    return _streamed(add)


class _UnreadableError(OSError):
    """A path cannot be opened. Nothing of it is in the tar."""


def _streamed(add: "Callable[[_Packing], None]") -> Iterator[bytes]:
    """Yield the tar to which `add` adds, in another thread. Raises: what `add` raises."""
    reading, writing = os.pipe()
    failures: list[BaseException] = []

    def pack() -> None:
        try:
            with os.fdopen(writing, "wb") as out, tarfile.open(fileobj=out, mode="w|") as tar:
                add(_Packing(tar))
        except BrokenPipeError:
            pass  # the reader has stopped, and reports why
        except BaseException as error:  # noqa: BLE001  raised where the tar is read
            failures.append(error)

    thread = threading.Thread(target=pack, daemon=True, name="wtc-tar")
    thread.start()
    with os.fdopen(reading, "rb", buffering=0) as source:
        while chunk := source.read(CHUNK_BYTES):
            yield chunk
        thread.join()
    if failures:
        raise failures[0]


class _Packing:
    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._first_names: dict[tuple[int, int], str] = {}
        """(device, inode) -> first name in the archive, for files with more than one name."""

    def add_all(self, path: str, name: str) -> None:
        with _name_errors(path):
            parent = os.open(os.path.dirname(path) or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            if not self._add(parent, os.path.basename(path) or ".", name, path):
                raise OSError(0, "Is a socket", path)
        finally:
            os.close(parent)

    def add_one(self, path: str, name: str) -> None:
        """Add one file, folder or link; skip a socket, a device or a named pipe.

        Raises:
            OSError: the path does not exist, or cannot be read.
        """
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            member = _member(name, status)
            member.type, member.linkname = tarfile.SYMTYPE, os.readlink(path)
            self._tar.addfile(member)
        elif stat.S_ISDIR(status.st_mode):
            member = _member(name, status)
            member.type = tarfile.DIRTYPE
            self._tar.addfile(member)
        elif stat.S_ISREG(status.st_mode):
            self._add_file(path, name)

    def _add_file(self, path: str, name: str) -> None:
        try:
            opened = os.open(path, _FLAGS)
        except (FileNotFoundError, NotADirectoryError):
            raise
        except OSError as error:
            raise _UnreadableError(error.errno, error.strerror, path) from error
        with os.fdopen(opened, "rb") as content:
            status = os.fstat(opened)
            if not stat.S_ISREG(status.st_mode):
                return
            member = _member(name, status)
            whole = content.read(WHOLE_BYTES + 1) if status.st_size <= WHOLE_BYTES else b""
            if status.st_size > WHOLE_BYTES or len(whole) > WHOLE_BYTES:
                content.seek(0)
                member.size = os.fstat(opened).st_size
                with _name_errors(path):
                    self._tar.addfile(member, content)
            else:
                member.size = len(whole)
                self._tar.addfile(member, BytesIO(whole))

    def _add(self, parent: int, entry: str, name: str, path: str) -> bool:
        """Add an entry of a folder under a name; `path` is for messages. Return False for a socket: it is skipped."""
        with _name_errors(path):
            mode = os.stat(entry, dir_fd=parent, follow_symlinks=False).st_mode
            if stat.S_ISLNK(mode):
                self._add_link(parent, entry, name)
                return True
        if stat.S_ISSOCK(mode):
            return False
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            raise OSError(0, "Is a device or a named pipe", path)
        with _name_errors(path):
            opened = os.open(entry, _FLAGS, dir_fd=parent)
        try:
            self._add_opened(opened, name, path)
        finally:
            os.close(opened)
        return True

    def _add_link(self, parent: int, entry: str, name: str) -> None:
        member = _member(name, os.stat(entry, dir_fd=parent, follow_symlinks=False))
        member.type, member.linkname = tarfile.SYMTYPE, os.readlink(entry, dir_fd=parent)
        self._tar.addfile(member)

    def _add_opened(self, opened: int, name: str, path: str) -> None:
        status = os.fstat(opened)
        member = _member(name, status)
        if stat.S_ISDIR(status.st_mode):
            member.type = tarfile.DIRTYPE
            self._tar.addfile(member)
            for entry in sorted(os.listdir(opened)):
                self._add(opened, entry, f"{name}/{entry}", os.path.join(path, entry))
        elif not stat.S_ISREG(status.st_mode):
            raise OSError(0, "Is a device or a named pipe", path)
        elif status.st_nlink > 1 and (first := self._first_names.setdefault(_identity(status), name)) != name:
            member.type, member.linkname = tarfile.LNKTYPE, first
            self._tar.addfile(member)
        else:
            member.size = status.st_size
            with _name_errors(path), os.fdopen(opened, "rb", closefd=False) as content:
                self._tar.addfile(member, content)


@contextmanager
def _name_errors(path: str) -> Generator[None]:
    """Make OSErrors name the whole path instead of a name in its folder."""
    try:
        yield
    except BrokenPipeError:
        raise  # writing the tar failed, not reading the file
    except OSError as error:
        # The error of tarfile for a file that became shorter has no number.
        raise OSError(error.errno or 0, error.strerror or str(error), path) from error


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _member(name: str, status: os.stat_result) -> tarfile.TarInfo:
    """Set owners by number: user names of this machine do not apply in a container."""
    member = tarfile.TarInfo(name)
    member.mode, member.mtime = stat.S_IMODE(status.st_mode), status.st_mtime
    member.uid, member.gid = status.st_uid, status.st_gid
    return member
