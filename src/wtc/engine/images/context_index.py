"""An index of a build context, by which an unchanged file is not read again. As git's index, from which it is taken.

A file is unchanged if its size, its times, its inode and its mode are. A file that was changed at the time of the check
can have changed once more within the granularity of the times: such a file is read again ("racy").
"""

import errno
import hashlib
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

from wtc.errors import WtcError
from wtc.static_typing import Any, cast

RACY_NS = 2_000_000_000
"""Times of a file that are this close to the check, or later, prove nothing: the coarsest filesystem has 2 s."""
LARGE_BYTES = 1 << 30
"""Reading a file of this size takes seconds."""
_PIECE_BYTES = 1 << 20
_MISSING = "missing"


class ContextIndex:
    """The digests of the files, folders and links that one reading of a context looked at.

    `rows` is the index of the reading before: path -> (facts of `lstat`, digest); `checked_ns` is when that began.
    `on_large` is called with the path and the size in bytes of each large file before it is read.
    """

    def __init__(
        self,
        document: dict[str, Any] | None = None,
        *,
        on_large: Callable[[str, int], None] = lambda _path, _size: None,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._on_large = on_large
        known = document or {}
        self._is_valid = all(isinstance(known.get(name), dict) for name in ("rows", "resolved"))
        self._before: dict[str, Any] = _mapping(known.get("rows"))
        self._resolved: dict[str, Any] = _mapping(known.get("resolved"))
        self._checked_ns = known.get("checked_ns", 0)
        self._now_ns = clock()
        self.hash = ""
        """The hash of the build, to be set by the reading that the index belongs to."""
        self._hash_before = known.get("hash", "")
        self._rows: dict[str, Any] = {}
        self._links: dict[str, str] = {}

    def file_digest(self, path: str) -> str | None:
        """Return the SHA-256 of a regular file, 64 hex digits; None if it does not exist.

        Raises:
            OSError: it cannot be read.
        """
        return self._digest(path, _hash_file)

    def add_folder(self, path: str) -> None:
        """Record the names in a folder, as they are now."""
        with suppress(OSError):
            self._digest(path, _hash_names)

    def add_link(self, path: str, target: str) -> None:
        """Record where a symbolic link leads."""
        with suppress(OSError):
            self._rows[path] = [*_facts(os.lstat(path)), target]

    def add_path(self, path: str) -> None:
        """Record a file that the reading looks for beside the walk, or that it is missing, and its real path."""
        self._links[path] = os.path.realpath(path)
        try:
            self._digest(path, _hash_anything)
        except FileNotFoundError:
            self._rows[path] = _MISSING
        except OSError:
            self._rows[path] = "unreadable"

    def document(self) -> dict[str, Any] | None:
        """Return the index of this reading as JSON; None if the previous one is still valid."""
        same = (self._rows, self._links, self.hash) == (self._before, self._resolved, self._hash_before)
        if same and not any(self._is_racy(row) for row in self._rows.values() if not isinstance(row, str)):
            return None
        return {"checked_ns": self._now_ns, "rows": self._rows, "resolved": self._links, "hash": self.hash}

    def is_unchanged(self, build_hash: str) -> bool:
        """Return whether the reading before found this hash of the build, and all that it looked at is the same now.

        Reads racy files again.
        """
        if not self._is_valid or not build_hash or self._hash_before != build_hash:
            return False
        try:
            return all(os.path.realpath(p) == real for p, real in self._resolved.items()) and all(
                self._is_row_unchanged(path, row) for path, row in self._before.items()
            )
        except (OSError, TypeError, ValueError, KeyError, WtcError):
            return False

    def _is_row_unchanged(self, path: str, row: Any) -> bool:
        try:
            found = os.lstat(path)
        except FileNotFoundError:
            return bool(row == _MISSING)
        facts = _facts(found)
        if isinstance(row, str) or row[:5] != facts:
            return False
        return not self._is_racy(facts) or bool(_hash_anything(path) == row[5])

    def _digest(self, path: str, read: Callable[[str], str]) -> str | None:
        try:
            # Before the content: a change meanwhile gives the file another time than the one in the index.
            facts = _facts(os.lstat(path))
        except FileNotFoundError:
            return None
        row: Any = self._before.get(path)
        known = isinstance(row, list) and row[:5] == facts and not self._is_racy(facts)
        try:
            if not known and read is _hash_file and facts[1] >= LARGE_BYTES:
                self._on_large(path, facts[1])
            digest = str(row[5]) if known else read(path)  # pyright: ignore[reportUnknownArgumentType]
        except FileNotFoundError:
            return None
        self._rows[path] = [*facts, digest]
        return digest

    def _is_racy(self, facts: list[int]) -> bool:
        return max(facts[2], facts[3]) + RACY_NS >= self._checked_ns


def _facts(found: os.stat_result) -> list[int]:
    return [found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]


def _hash_file(path: str) -> str:
    """Hash the content; of a file with holes, only the data and where it is, so that a hole takes no time."""
    with open(path, "rb") as file:
        found = os.fstat(file.fileno())
        whole = [(0, found.st_size)]
        # A file can take fewer blocks because the filesystem compresses it.
        segments = whole
        if found.st_blocks * 512 < found.st_size:
            segments = list(_data_segments(file.fileno(), found.st_size))
        if segments == whole:
            return hashlib.file_digest(file, "sha256").hexdigest()
        total = hashlib.sha256(f"{found.st_size}".encode())
        for begin, end in segments:
            total.update(f"\0{begin}-{end}\0".encode())
            file.seek(begin)
            while piece := file.read(min(_PIECE_BYTES, max(0, end - file.tell()))):
                total.update(piece)
        return total.hexdigest()


def _data_segments(descriptor: int, size: int) -> Iterator[tuple[int, int]]:
    """Yield the begin and the end of each part of a file that is not a hole."""
    end = 0
    while end < size:
        try:
            begin = os.lseek(descriptor, end, os.SEEK_DATA)
        except OSError as error:
            if error.errno == errno.ENXIO:  # the rest is a hole
                return
            raise
        end = os.lseek(descriptor, begin, os.SEEK_HOLE)
        yield begin, end


def _hash_names(path: str) -> str:
    total = hashlib.sha256()
    with os.scandir(path) as found:
        for name, is_folder in sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in found):
            total.update(os.fsencode(name) + (b"/\0" if is_folder else b"\0"))
    return total.hexdigest()


def _hash_anything(path: str) -> str:
    mode = os.lstat(path).st_mode
    if stat.S_ISLNK(mode):
        return os.readlink(path)
    return _hash_names(path) if stat.S_ISDIR(mode) else _hash_file(path) if stat.S_ISREG(mode) else ""


def _mapping(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
