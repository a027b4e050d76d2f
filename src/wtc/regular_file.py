"""Read a regular file, bounded in size and time: pipes, sockets and devices are refused, and never waited for."""

import errno
import os
import stat

LIMIT_BYTES = 64 << 20
_CHUNK_BYTES = 1 << 20


def read_regular_file(path: str) -> bytes:
    """Return the file's content. Symbolic links are followed; `/dev/null` is an empty file.

    Raises:
        OSError: as raised by `open`; or the path is not a regular file, or is larger than 64 MiB.
    """
    if "\0" in path:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    _check(os.stat(path), path)
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        _check(os.fstat(descriptor), path)
        return read_descriptor(descriptor, path)
    finally:
        os.close(descriptor)


def read_descriptor(descriptor: int, path: str) -> bytes:
    """Return what can be read from a descriptor; `path` names it in errors.

    Raises:
        OSError: as raised by `read`; or there are more than 64 MiB.
    """
    content = bytearray()
    while chunk := os.read(descriptor, _CHUNK_BYTES):
        content += chunk
        if len(content) > LIMIT_BYTES:
            raise _too_large(path)
    return bytes(content)


def is_readable(found: os.stat_result) -> bool:
    """Whether it is a regular file or `/dev/null`."""
    return stat.S_ISREG(found.st_mode) or (stat.S_ISCHR(found.st_mode) and found.st_rdev == os.stat(os.devnull).st_rdev)


def _check(found: os.stat_result, path: str) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not is_readable(found):
        raise OSError(errno.EINVAL, "Is a pipe, a socket or a device, not a file", path)
    if found.st_size > LIMIT_BYTES:
        raise _too_large(path)


def _too_large(path: str) -> OSError:
    return OSError(errno.EFBIG, f"Is larger than {LIMIT_BYTES >> 20} MiB", path)
