"""Choose the namespace of a stack from its worktree and project folder. Pure."""

import re
from collections.abc import Collection, Iterator

from wtc.dataclass import dataclass
from wtc.errors import ConflictError
from wtc.hashes import sha256

_LONGEST_STEM = 40
_DIGITS = 6
_ALL_DIGITS = 64
_VALID = re.compile(r"[a-z0-9][a-z0-9_-]{0,119}")


def is_namespace(name: str) -> bool:
    """Return whether the name is a valid namespace. A valid one is safe as a file name."""
    return _VALID.fullmatch(name) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A worktree and a project folder in it, after which a namespace is named. Paths are real and absolute."""

    worktree: str
    directory: str = ""
    """The project folder; empty if it is the top of the worktree."""
    named: bool = False
    """Whether the folder is part of the name: not if it is the top of the worktree or the one in `wtc.toml`."""


def default_name(site: Site) -> str:
    """Return the preferred namespace: `accra-a1b2c3`, or `accra-api-a1b2c3` in a subfolder."""
    return next(_names(site, ""))


def free_name(site: Site, taken: Collection[str], *, fresh_for: str = "") -> str:
    """Return a namespace that is not taken, with as few digits as possible.

    `fresh_for` is the id of a worktree at a path whose usual namespace a former stack has: the digits then depend on
    the id too.

    Raises:
        ConflictError: every name is taken.
    """
    for name in _names(site, fresh_for):
        if name not in taken:
            return name
    raise ConflictError(
        f"no free namespace for `{site.directory or site.worktree}`",
        hints=["to see which stacks exist, run `wtc ps --all`"],
    )


def _names(site: Site, salt: str) -> Iterator[str]:
    folder = site.directory or site.worktree
    # A path can contain bytes that are not UTF-8, which Python represents as lone surrogates.
    salted = f"{folder}\0{salt}" if salt else folder
    digest = sha256(salted.encode("utf-8", "surrogatepass")).hexdigest()
    stem = _stem(site)
    for digits in range(_DIGITS, _ALL_DIGITS + 1):
        yield f"{stem}-{digest[:digits]}"


def _stem(site: Site) -> str:
    """Return the names of the worktree and the project folder, in `[a-z0-9]` with single `-` and `_` in between.

    That satisfies the strictest rule of the engine, for image names, and is a valid Compose project name.
    """
    words = [_plain(site.worktree), _plain(site.directory)] if site.named else [_plain(site.worktree)]
    stem = "-".join(filter(None, words))
    return stem[:_LONGEST_STEM].rstrip("-_") or "worktree"


def _plain(folder: str) -> str:
    name = folder.rstrip("/").rpartition("/")[2]
    words = re.sub(r"[^a-z0-9_]+", "-", (name if name.isascii() else _without_marks(name)).lower())
    return re.sub(r"[-_]{2,}", "-", words).strip("-_")


def _without_marks(name: str) -> str:
    """Return the name without combining marks, so that an accented letter becomes its base letter."""
    import unicodedata

    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
