"""Paths inside a mounted root, as the names from the root to what they lead to. Pure."""

from os import PathLike, fspath

from wtc.artifacts.errors import OutsideRootError

Segments = tuple[str, ...]
"""The root itself is `()`."""

JOURNAL_NAME = ".wtc-journal"
"""The folder of a root that keeps an unfinished commit."""

COLLECTION_MARKER = ".wtc-collection"
"""The object that keeps an empty collection where a backend has none."""

_RESERVED = frozenset({JOURNAL_NAME, COLLECTION_MARKER})


def split_path(path: str | PathLike[str]) -> Segments:
    """Return the names that a relative path consists of; `.` leads nowhere and is left out.

    Raises:
        OutsideRootError: the path is absolute, has `..` or NUL in it, or has a reserved name in it.
    """
    text = fspath(path)
    if text.startswith("/") or "\0" in text:
        raise OutsideRootError(f"path {text!a} is not relative to the mounted root")
    segments = tuple(name for name in text.split("/") if name not in {"", "."})
    if ".." in segments:
        raise OutsideRootError(f"path `{text}` leads out of the mounted root", causes=["it contains `..`"])
    if not _RESERVED.isdisjoint(segments):
        raise OutsideRootError(f"path `{text}` contains a name that is reserved")
    return segments


def quote_path(segments: Segments) -> str:
    """Return the path as messages show it."""
    return "/".join(segments) or "."
