"""Read a regular file, bounded in size and time: pipes, sockets and devices are refused, and never waited for."""

import errno
import os
import stat
from collections.abc import Callable

LIMIT_BYTES = 64 << 20
_CHUNK_BYTES = 1 << 20


def read_regular_file(path: str, *, limit_bytes: int = LIMIT_BYTES) -> bytes:
    """Return the file's content. Symbolic links are followed; `/dev/null` is an empty file.

    Raises:
        OSError: as raised by `open`; or the path is not a regular file, or is larger than the limit (64 MiB).
    """
    if "\0" in path:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    _check(os.stat(path), path, limit_bytes)
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        _check(os.fstat(descriptor), path, limit_bytes)
        return read_descriptor(descriptor, path, limit_bytes=limit_bytes)
    finally:
        os.close(descriptor)


def read_descriptor(
    descriptor: int, path: str, *, limit_bytes: int = LIMIT_BYTES, read: Callable[[int, int], bytes] = os.read
) -> bytes:
    """Return what can be read from a descriptor.

    Args:
        descriptor: is open for reading, and stays open.
        path: names it in errors.
        limit_bytes: the longest content.
        read: reads at most a number of bytes from it.

    Raises:
        OSError: as raised by `read`; or there is more than the limit (64 MiB).
    """
    # A file is read in one piece, so that its content is in memory once.
    wanted = max(min(os.fstat(descriptor).st_size, limit_bytes) + 1, _CHUNK_BYTES)
    chunks: list[bytes] = []
    size = 0
    while chunk := read(descriptor, wanted):
        chunks.append(chunk)
        size += len(chunk)
        if size > limit_bytes:
            raise _too_large(path, limit_bytes)
    return b"".join(chunks)


def is_readable(found: os.stat_result) -> bool:
    """Return whether it is a regular file or `/dev/null`."""
    return stat.S_ISREG(found.st_mode) or (stat.S_ISCHR(found.st_mode) and found.st_rdev == os.stat(os.devnull).st_rdev)


def is_pipe_or_device(path: str) -> bool:
    """Return whether the path leads to a pipe or a device other than `/dev/null`: a read could wait or have no end."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return False
    special = (stat.S_ISFIFO, stat.S_ISCHR, stat.S_ISBLK)
    return any(is_kind(found.st_mode) for is_kind in special) and not is_readable(found)


def _check(found: os.stat_result, path: str, limit_bytes: int) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not is_readable(found):
        raise OSError(errno.EINVAL, "Is a pipe, a socket or a device, not a file", path)
    if found.st_size > limit_bytes:
        raise _too_large(path, limit_bytes)


def _too_large(path: str, limit_bytes: int) -> OSError:
    limit = f"{limit_bytes >> 20} MiB" if limit_bytes >= 1 << 20 else f"{limit_bytes >> 10} KiB"
    return OSError(errno.EFBIG, f"Is larger than {limit}", path)
