"""From a worktree's path to its namespace."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping

from wtc.errors import ConflictError
from wtc.model.namespace import Namespace

_LONGEST_STEM = 40
_DIGITS = 6
_ALL_DIGITS = 64
_NAMESPACE = re.compile(r"[a-z0-9][a-z0-9_-]{0,119}")


def is_namespace(name: str) -> bool:
    """Whether `namespace_of` can return this name: it never leads out of a folder."""
    return _NAMESPACE.fullmatch(name) is not None


def namespace_of(worktree: str, *, digits: int = _DIGITS) -> Namespace:
    """The namespace of a worktree: `<directory name, sanitised>-<digits of the sha256 of its path>`.

    `worktree` is a real absolute path (the caller resolves symbolic links). The name fits containers, networks,
    volumes and images, and is a valid compose project name.
    """
    # A path may hold bytes that are no UTF-8, which Python keeps as lone surrogates.
    digest = hashlib.sha256(worktree.encode("utf-8", "surrogatepass")).hexdigest()
    return Namespace(name=f"{_stem(worktree)}-{digest[:digits]}", worktree=worktree)


def distinct(worktree: str, taken: Mapping[str, str]) -> Namespace:
    """The worktree's namespace, its hash as long as it takes to share it with no other path.

    `taken` is namespace -> the worktree that has it. A name that this worktree has already is kept.

    Raises:
        ConflictError: other worktrees have every name that could be given.
    """
    candidates = [namespace_of(worktree, digits=digits) for digits in range(_DIGITS, _ALL_DIGITS + 1)]
    for candidate in candidates:
        if taken.get(candidate.name) == worktree:
            return candidate
    for candidate in candidates:
        if candidate.name not in taken:
            return candidate
    raise ConflictError(
        f"no namespace is left for `{worktree}`",
        causes=[f"`{candidates[-1].name}` belongs to `{taken[candidates[-1].name]}`"],
        hints=["to see which stacks there are, run `wtc ps --all`"],
    )


def _stem(worktree: str) -> str:
    """The directory's name in `[a-z0-9]`, single `-` and `_` between: the narrowest of the rules, an image's."""
    folder = worktree.rstrip("/").rpartition("/")[2]
    # Decomposed and rid of its marks, so that an accented letter leaves its base letter behind.
    bare = "".join(c for c in unicodedata.normalize("NFKD", folder) if not unicodedata.combining(c))
    words = re.sub(r"[^a-z0-9_]+", "-", bare.lower())
    single = re.sub(r"[-_]{2,}", "-", words).strip("-_")
    return single[:_LONGEST_STEM].rstrip("-_") or "worktree"
