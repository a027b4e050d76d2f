"""Parse and match the patterns of a `.dockerignore`, as Docker does. Pure.

Source: Dockerfile reference, ".dockerignore file"; github.com/moby/patternmatcher, including its quirks.
"""

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from wtc.dataclass import dataclass
from wtc.engine.glob_automaton import ANY, FOLDERS, LOOPS, NAME, GlobAutomaton

_BOM = "\ufeff"
_WILD = {"*": NAME, "?": "[^/]"}
MAX_LOOPS = 2
"""Patterns with more wildcards of any length are not matched by `re`, whose time is a power of their number."""


class BadPatternError(ValueError):
    """An invalid pattern; the argument is the pattern as written."""


@dataclass(frozen=True)
class Pattern:
    """One line: the paths that it matches are ignored, or, for an exception (`!`), not ignored."""

    text: str
    """The pattern, normalized, relative to the context, without the `!`."""
    exception: bool

    @cached_property
    def _whole(self) -> Callable[[str], bool]:
        return _matcher(self.text)

    @cached_property
    def _parts(self) -> tuple[Callable[[str], bool] | None, ...]:
        """A matcher for each part of the path; None at the first part that can match several folders."""
        found: list[Callable[[str], bool] | None] = []
        for part in self.text.split("/"):
            if "**" in part or set(part) & {"[", "]", "\\"}:
                return (*found, None)
            found.append(_matcher(part))
        return tuple(found)

    def matches(self, path: str) -> bool:
        """Return whether the pattern matches exactly this path."""
        return self._whole(path)

    def may_match_below(self, folder: str) -> bool:
        """Return whether the pattern can match a path inside the folder."""
        names = folder.split("/")
        for name, part in zip(names, self._parts, strict=False):
            if part is None:
                return True
            if not part(name):
                return False
        return len(self._parts) > len(names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a path is ignored; the verdicts of its children depend on it."""

    ignored: bool = False
    matched: tuple[bool, ...] = ()
    """Which patterns matched it, or a folder above it."""


TOP = Verdict()
"""The context itself: never ignored."""


@dataclass(frozen=True)
class Ignore:
    """All patterns, in order: the last one that matches decides."""

    patterns: tuple[Pattern, ...] = ()

    @cached_property
    def _exceptions(self) -> tuple[Pattern, ...]:
        return tuple(pattern for pattern in self.patterns if pattern.exception)

    def verdict(self, path: str, parent: Verdict = TOP) -> Verdict:
        """Return the verdict on a path with `/` between its names, given its folder's verdict."""
        ignored = False
        matched: list[bool] = []
        inherited = parent.matched or (False,) * len(self.patterns)
        for pattern, above in zip(self.patterns, inherited, strict=True):
            # A pattern that cannot change the result is not matched, so the paths below do not inherit it.
            found = above or (pattern.exception == ignored and pattern.matches(path))
            matched.append(found)
            if found:
                ignored = not pattern.exception
        return Verdict(ignored=ignored, matched=tuple(matched))

    def ignores(self, path: str) -> bool:
        """Return whether the path, or a folder above it, is ignored, including the effect of exceptions."""
        verdict = TOP
        names = path.split("/")
        for depth in range(1, len(names) + 1):
            verdict = self.verdict("/".join(names[:depth]), verdict)
        return verdict.ignored

    def may_keep_below(self, folder: str) -> bool:
        """Return whether an ignored folder has to be entered, because an exception can match a path in it."""
        return any(pattern.may_match_below(folder) for pattern in self._exceptions)


def parse_dockerignore(text: str) -> Ignore:
    """Return the patterns of an ignore file.

    Raises: BadPatternError.
    """
    return Ignore(tuple(_patterns(text)))


def _patterns(text: str) -> Iterator[Pattern]:
    for line in text.removeprefix(_BOM).split("\n"):
        if line.startswith("#"):
            continue
        written = line.strip()
        if not written:
            continue
        exception = written.startswith("!")
        name = written[1:].strip() if exception else written
        if not name:
            raise BadPatternError(written)
        clean = posixpath.normpath("/" + name.lstrip("/") if name.startswith("/") else name)
        clean = clean[1:] if len(clean) > 1 and clean.startswith("/") else clean
        try:
            re.compile(_expression(_pieces(clean)))
        except (BadPatternError, re.error):
            raise BadPatternError(written) from None
        yield Pattern(clean, exception)


def _matcher(pattern: str) -> Callable[[str], bool]:
    """Return whether a whole path matches, as a function."""
    pieces = _pieces(pattern)
    if sum(piece in LOOPS for piece in pieces) > MAX_LOOPS:
        return GlobAutomaton(pieces).matches
    whole = re.compile(_expression(pieces))
    return lambda path: whole.fullmatch(path) is not None


def _expression(pieces: Sequence[str]) -> str:
    return f"(?s:{''.join(pieces)})"


def _pieces(pattern: str) -> list[str]:
    """Return expressions for the parts of a path: a loop, or one character.

    `**` matches any number of folders, `*` and `?` within a name.
    """
    if not pattern.startswith("**"):
        return [*_pieces_of_rest(pattern)]
    slash = pattern.startswith("**/")
    rest = pattern[3 if slash else 2 :]
    # Before plain text, `**` matches any path with this end, also within a name; before a pattern it does not.
    start = FOLDERS if slash or set(rest) & set("*?[]\\") else ANY
    return [start, *_pieces_of_rest(rest)]


def _pieces_of_rest(pattern: str) -> Iterator[str]:
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if pattern.startswith("**", at):
            at += 3 if pattern.startswith("**/", at) else 2
            yield FOLDERS if at < len(pattern) else ANY
        elif char == "[":
            piece, at = _class(pattern, at)
            yield piece
        elif char == "\\":
            literal, at = _character(pattern, at)
            yield re.escape(literal)
        else:
            at += 1
            yield _WILD.get(char) or re.escape(char)


def _class(pattern: str, at: int) -> tuple[str, int]:
    """Return `[a-z]` or `[^a-z]` at a position, and its end. As in Docker, a negated class also matches `/`."""
    at += 1
    negated = pattern.startswith("^", at)
    at += 1 if negated else 0
    ranges: list[str] = []
    while not (ranges and pattern.startswith("]", at)):
        low, at = _end_of_range(pattern, at)
        high = low
        if pattern.startswith("-", at):
            high, at = _end_of_range(pattern, at + 1)
        ranges.append(f"{re.escape(low)}-{re.escape(high)}")
    return f"[{'^' if negated else ''}{''.join(ranges)}]", at + 1


def _end_of_range(pattern: str, at: int) -> tuple[str, int]:
    if at >= len(pattern) or pattern[at] in "-]":
        raise BadPatternError(pattern)
    return _character(pattern, at)


def _character(pattern: str, at: int) -> tuple[str, int]:
    """Return the character at a position, which may be escaped, and the position of the next one."""
    if pattern[at] == "\\":
        at += 1
    if at >= len(pattern):
        raise BadPatternError(pattern)
    return pattern[at], at + 1
