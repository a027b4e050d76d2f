"""Names of namespaces: from a worktree and a project folder to the name of its stack. Pure."""

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from wtc.errors import ConflictError

_LONGEST_STEM = 40
_DIGITS = 6
_ALL_DIGITS = 64
_VALID = re.compile(r"[a-z0-9][a-z0-9_-]{0,119}")


def is_namespace(name: str) -> bool:
    """Whether wtc can have chosen this name: it never leads out of a folder."""
    return _VALID.fullmatch(name) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A project folder in a worktree: what a namespace is named after. Paths are real and absolute."""

    worktree: str
    directory: str = ""
    """The project folder; empty for the worktree's own folder."""
    named: bool = False
    """Whether the folder is part of the name: it is neither the worktree's own nor the one that `wtc.toml` names."""


def default_name(site: Site) -> str:
    """The name that a stack has where nothing else took it: `accra-a1b2c3`, in a subfolder `accra-api-a1b2c3`."""
    return next(_names(site, ""))


def free_name(site: Site, taken: Collection[str], *, fresh_for: str = "") -> str:
    """A name that is not taken, with as many digits as it needs.

    With `fresh_for`, a worktree's id, the digits hash the id too: a former stack has the name of this path.

    Raises:
        ConflictError: every name is taken.
    """
    for name in _names(site, fresh_for):
        if name not in taken:
            return name
    raise ConflictError(
        f"no namespace is left for `{site.directory or site.worktree}`",
        hints=["to see which stacks exist, run `wtc ps --all`"],
    )


def _names(site: Site, salt: str) -> Iterator[str]:
    folder = site.directory or site.worktree
    # A path may hold bytes that are not UTF-8, which Python keeps as lone surrogates.
    salted = f"{folder}\0{salt}" if salt else folder
    digest = hashlib.sha256(salted.encode("utf-8", "surrogatepass")).hexdigest()
    stem = _stem(site)
    for digits in range(_DIGITS, _ALL_DIGITS + 1):
        yield f"{stem}-{digest[:digits]}"


def _stem(site: Site) -> str:
    """The names of the worktree and of the project folder in `[a-z0-9]`, single `-` and `_` between.

    These are the narrowest of the engine's rules, an image's; a valid compose project name too.
    """
    words = [_plain(site.worktree), _plain(site.directory)] if site.named else [_plain(site.worktree)]
    stem = "-".join(filter(None, words))
    return stem[:_LONGEST_STEM].rstrip("-_") or "worktree"


def _plain(folder: str) -> str:
    name = folder.rstrip("/").rpartition("/")[2]
    # Decomposed and without its marks, so that an accented letter leaves its base letter.
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    words = re.sub(r"[^a-z0-9_]+", "-", bare.lower())
    return re.sub(r"[-_]{2,}", "-", words).strip("-_")
