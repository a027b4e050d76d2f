"""The disk as the compose interpreter sees it."""

import errno
import os
import stat
import sys
from collections.abc import Callable, Mapping

from wtc.interruption import read_in_turns
from wtc.regular_file import is_readable, read_descriptor, read_regular_file

EXISTING = frozenset({"file", "special"})
"""The kinds of a path that `DiskReader.exists`."""
_STDIN = "-"
# What the shell hands over for `<(command)` is a pipe with a writer at its other end.
_DESCRIPTORS = ("/dev/fd/", "/proc/self/fd/", "/dev/stdin")


class DiskReader:
    """Read files (`-` is standard input). Pipes and devices that may never be written to are refused.

    The content of what can be read only once is kept for later reads.
    """

    def __init__(self, copies: Mapping[str, str] | None = None) -> None:
        self._streams: dict[str, bytes] = {}
        self._contents: dict[str, bytes] = {}
        self._copies = copies or {}

    def with_copies(self, copies: Mapping[str, str]) -> "DiskReader":
        """Return a reader that sees the disk as if `copies` (path -> source, real paths) had been made."""
        reader = DiskReader({**self._copies, **copies})
        reader._streams, reader._contents = self._streams, self._contents
        return reader

    def read(self, path: str) -> bytes:
        """Return the file's content.

        Raises:
            OSError: as raised by `open`; or the path is not a regular file or inherited pipe, or is larger than 64 MiB.
        """
        if path in self._streams:
            return self._streams[path]
        content = _read_stream(path) if is_stream(path) else read_regular_file(self._source(path))
        (self._streams if is_stream(path) else self._contents)[path] = content
        return content

    def mark_unrepeatable(self) -> None:
        """Record that the command depends on something that is not read here: see `RecordingReader`."""

    def has_read(self, text: str) -> bool:
        """Return whether a file that was read contains the text, encoded in UTF-8."""
        sought = text.encode()
        return any(sought in content for found in (self._streams, self._contents) for content in found.values())

    def is_file(self, path: str) -> bool:
        """Return whether the path can be read as a file."""
        if path == _STDIN:
            return True
        try:
            found = os.stat(self._source(path))
        except (OSError, ValueError):
            return False
        return is_stream(path) or is_readable(found)

    def exists(self, path: str) -> bool:
        """Return whether the path leads to anything but a folder. If that is a pipe or a device, `read` refuses it."""
        return DiskReader.kind(self, path) in EXISTING

    def kind(self, path: str) -> str:
        """Return `file` if the path can be read as a file, `special`, `other` (a folder, a dead link), or `absent`."""
        if DiskReader.is_file(self, path):
            return "file"
        if "\0" in path or not os.path.lexists(path):
            return "absent"
        return "special" if os.path.exists(path) and not os.path.isdir(path) else "other"

    def is_dir(self, path: str) -> bool:
        """Return whether the path is a folder."""
        try:
            return stat.S_ISDIR(os.stat(path).st_mode)
        except (OSError, ValueError):
            return False

    def real_path(self, path: str) -> str:
        """Return the path with its symbolic links resolved, as far as it exists."""
        # The target of a descriptor's link is not a path that can be opened.
        return path if is_stream(path) or "\0" in path else os.path.realpath(path)

    def files_below(self, folder: str, wanted: Callable[[str], bool]) -> list[str]:
        """Return a few files below the folder whose names are `wanted`, nearest first. The search is bounded."""
        from wtc.orchestrator.context.find_files import find_files_below

        return find_files_below(folder, wanted)

    def _source(self, path: str) -> str:
        """Return the path from which the content is read."""
        if not self._copies or "\0" in path:
            return path
        return self._copies.get(os.path.realpath(path), path)


def is_stream(path: str) -> bool:
    """Return whether the path is standard input or an inherited pipe, whose content can be read only once."""
    return path == _STDIN or path.startswith(_DESCRIPTORS)


def _read_stream(path: str) -> bytes:
    if path != _STDIN:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return read_descriptor(descriptor, path, read=read_in_turns)
        finally:
            os.close(descriptor)
    if sys.stdin is None:  # pyright: ignore[reportUnnecessaryComparison] - so it is where descriptor 0 is closed
        raise OSError(errno.EBADF, "Standard input is closed", path)
    return read_descriptor(sys.stdin.fileno(), path, read=read_in_turns)
