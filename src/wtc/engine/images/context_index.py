"""An index of a build context, by which an unchanged file is not read again. As git's index, from which it is taken.

A file is unchanged if its size, its times, its inode and its mode are. A file that was changed at the time of the check
can have changed once more within the granularity of the times: such a file is read again ("racy").
"""

import errno
import os
import stat
import struct
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from itertools import starmap
from operator import attrgetter

from wtc.errors import WtcError
from wtc.hashes import sha256
from wtc.static_typing import Any

RACY_NS = 2_000_000_000
"""Times of a file that are this close to the check, or later, prove nothing: the coarsest filesystem has 2 s."""
LARGE_BYTES = 1 << 30
"""Reading a file of this size takes seconds."""
_PIECE_BYTES = 1 << 20
_MISSING, _UNREADABLE = "missing", "unreadable"
_COLUMNS = {
    **dict.fromkeys(("folder", "paths", "facts", "digests"), str),
    **dict.fromkeys((_MISSING, _UNREADABLE), list),
    "newest_ns": int,
    "resolved": dict,
}
_facts: Callable[[os.stat_result], tuple[int, ...]] = attrgetter(
    "st_mode", "st_size", "st_mtime_ns", "st_ctime_ns", "st_ino"
)
_ROW = struct.Struct("<4qQ")
_FACTS = 5
"""How many numbers of `lstat` a path has in the index."""
_FOLDER_FLAGS = os.O_DIRECTORY | os.O_CLOEXEC | getattr(os, "O_PATH", os.O_RDONLY)


class ContextIndex:
    """The digests of the files, folders and links that one reading of a context looked at.

    `document` is the index of the reading before, in columns, which are quick to load and to compare: `paths`, below
    `folder`, and `digests`, joined by NUL, and `facts`, the packed numbers of `lstat` of each, in hex; then `missing`
    and `unreadable` paths. `newest_ns` is the latest of their times, `checked_ns` is when that reading began.
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
        is_valid = all(isinstance(known.get(name), kind) for name, kind in _COLUMNS.items())
        self._known: dict[str, Any] = known if is_valid else {}
        self._before: dict[str, Any] = {}
        """Path -> row of the reading before, once it is needed: its facts and its digest, `missing` or `unreadable`."""
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
            self._rows[path] = _UNREADABLE

    def document(self) -> dict[str, Any] | None:
        """Return the index of this reading as JSON; None if the previous one is still valid."""
        before = (self._rows_before(), self._known.get("resolved", {}), self._hash_before)
        there = {path: row for path, row in self._rows.items() if not isinstance(row, str)}
        if before == (self._rows, self._links, self.hash) and not any(self._is_racy(row) for row in there.values()):
            return None
        folder = os.path.commonprefix([*there]).rpartition("/")[0] + "/"  # noqa: RUF071 - until the last `/`
        facts = [row[:_FACTS] for row in there.values()]
        try:
            packed = _pack(facts)
        except struct.error:
            return None  # a time beyond the year 2262
        return {
            "checked_ns": self._now_ns,
            "newest_ns": max((max(row[2:4]) for row in facts), default=0),
            "folder": folder,
            "paths": "\0".join(path.removeprefix(folder) for path in there),
            "facts": packed,
            "digests": "\0".join(row[_FACTS] for row in there.values()),
            **{kind: [path for path, row in self._rows.items() if row == kind] for kind in (_MISSING, _UNREADABLE)},
            "resolved": self._links,
            "hash": self.hash,
        }

    def is_unchanged(self, build_hash: str) -> bool:
        """Return whether the reading before found this hash of the build, and all that it looked at is the same now.

        Reads racy files again.
        """
        known = self._known
        if not known or not build_hash or self._hash_before != build_hash or known[_UNREADABLE]:
            return False
        try:
            return (
                all(os.path.realpath(p) == real for p, real in known["resolved"].items())
                and not any(map(_exists, known[_MISSING]))
                and self._are_paths_unchanged(known)
            )
        except (OSError, TypeError, ValueError, WtcError, struct.error):
            return False

    def _are_paths_unchanged(self, known: dict[str, Any]) -> bool:
        # A context has many files: this is most of what an `up` with nothing to do costs there.
        paths = _split(known["paths"])
        folder = os.open(known["folder"], _FOLDER_FLAGS)
        try:
            # The kernel walks a path from the folder in three quarters of the time.
            facts = _pack(map(_facts, map(partial(os.lstat, dir_fd=folder), paths)))
        finally:
            os.close(folder)
        if facts != known["facts"] or known["paths"].count("\0") != known["digests"].count("\0"):
            return False
        if known["newest_ns"] + RACY_NS < self._checked_ns:
            return True
        rows = {path: row for path, row in self._rows_before().items() if not isinstance(row, str)}
        return all(_hash_anything(path) == row[_FACTS] for path, row in rows.items() if self._is_racy(row))

    def _rows_before(self) -> dict[str, Any]:
        known = self._known
        if known and not self._before:
            try:
                self._before = _rows(known)
            except (TypeError, ValueError, struct.error):
                self._known = {}
        return self._before

    def _digest(self, path: str, read: Callable[[str], str]) -> str | None:
        try:
            # Before the content: a change meanwhile gives the file another time than the one in the index.
            facts = [*_facts(os.lstat(path))]
        except FileNotFoundError:
            return None
        row: Any = self._rows_before().get(path)
        known = isinstance(row, list) and row[:_FACTS] == facts and not self._is_racy(facts)
        try:
            if not known and read is _hash_file and facts[1] >= LARGE_BYTES:
                self._on_large(path, facts[1])
            digest = str(row[_FACTS]) if known else read(path)  # pyright: ignore[reportUnknownArgumentType]
        except FileNotFoundError:
            return None
        self._rows[path] = [*facts, digest]
        return digest

    def _is_racy(self, facts: list[int]) -> bool:
        return max(facts[2], facts[3]) + RACY_NS >= self._checked_ns


def _hash_file(path: str) -> str:
    """Hash the content; of a file with holes, only the data and where it is, so that a hole takes no time."""
    import hashlib

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
    total = sha256()
    with os.scandir(path) as found:
        for name, is_folder in sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in found):
            total.update(os.fsencode(name) + (b"/\0" if is_folder else b"\0"))
    return total.hexdigest()


def _hash_anything(path: str) -> str:
    mode = os.lstat(path).st_mode
    if stat.S_ISLNK(mode):
        return os.readlink(path)
    return _hash_names(path) if stat.S_ISDIR(mode) else _hash_file(path) if stat.S_ISREG(mode) else ""


def _rows(document: dict[str, Any]) -> dict[str, Any]:
    """Return path -> row. Raises TypeError, ValueError or struct.error if the document is damaged."""
    paths = [document["folder"] + path for path in _split(document["paths"])]
    digests: list[str] = document["digests"].split("\0") if paths else []
    facts = _ROW.iter_unpack(bytes.fromhex(document["facts"]))
    rows: dict[str, Any] = {path: [*row, digest] for path, row, digest in zip(paths, facts, digests, strict=True)}
    return rows | {path: kind for kind in (_MISSING, _UNREADABLE) for path in document[kind]}


def _pack(facts: Iterable[Iterable[int]]) -> str:
    """Raises struct.error for a number that no filesystem has today."""
    return b"".join(starmap(_ROW.pack, facts)).hex()


def _split(paths: str) -> list[str]:
    return paths.split("\0") if paths else []


def _exists(path: str) -> bool:
    try:
        os.lstat(path)
    except FileNotFoundError:
        return False
    return True
