"""Colours and links, if the stream supports them."""

import os
import re
from collections.abc import Callable

from wtc.cli.terminal.escape import Verbatim, escaped
from wtc.static_typing import IO, TextIO

_ANSI = ("auto", "never", "always")
_PROGRESS = ("auto", "tty", "plain", "json", "quiet")
_preferred = {"ansi": "auto", "progress": "auto"}
"""What the command line prefers, for this process. Source: Docker Compose's `--ansi` and `--progress`."""

RED, GREEN, YELLOW, BLUE, CYAN, BOLD, DIM = "31", "32", "33", "34", "36", "1", "2"


def prefer_colours(ansi: str, *, option: str = "--ansi") -> None:
    """Print colours `auto` (the default), `never` or `always`. `never` prints no other control sequence either.

    Raises:
        UsageError: the value is not one of them.
    """
    _prefer("ansi", ansi, _ANSI, option)


def prefer_progress(progress: str, *, option: str = "--progress") -> None:
    """Report progress `auto` (the default), `tty`, `plain`, `json` or `quiet`.

    Raises:
        UsageError: the value is not one of them.
    """
    _prefer("progress", progress, _PROGRESS, option)


def preferred_progress() -> str:
    """Return how the command line wants progress to be reported."""
    return _preferred["progress"]


def _prefer(name: str, value: str, allowed: tuple[str, ...], option: str) -> None:
    if value and value not in allowed:
        from wtc.errors import UsageError

        listed = ", ".join(f"`{one}`" for one in allowed)
        raise UsageError(f"`{option}` is `{value}`, and can be {listed}")
    _preferred[name] = value or "auto"


def use_colours(stream: IO[str]) -> bool:
    """Return whether to colour the stream. Source: no-color.org, bixense.com/clicolors."""
    if _preferred["ansi"] != "auto":
        return _preferred["ansi"] == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR") or os.environ.get("CLICOLOR_FORCE"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def can_redraw(stream: IO[str]) -> bool:
    """Return whether the stream is a terminal that can redraw."""
    if _preferred["ansi"] == "never":
        return False
    return stream.isatty() and os.environ.get("TERM", "dumb") not in {"dumb", "unknown"}


def can_encode(text: str, stream: TextIO) -> bool:
    """Return whether the stream's encoding has all characters of the text."""
    try:
        text.encode(stream.encoding)
    except UnicodeError:
        return False
    return True


def paint(text: str, *codes: str, stream: IO[str]) -> Verbatim:
    """Return the text, escaped, in a colour if the stream is coloured."""
    text = escaped(text)
    return Verbatim(f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if use_colours(stream) else text)


def paint_words(text: str, colour: Callable[[str], str]) -> str:
    """Return the text with each word in its colour, so that it can be wrapped. `colour`: word -> SGR code, or empty."""

    def painted(found: re.Match[str]) -> str:
        code = colour(found[0])
        return f"\x1b[{code}m{found[0]}\x1b[0m" if code else found[0]

    return re.sub(r"\S+", painted, text)


def use_links(stream: IO[str]) -> bool:
    """Return whether the stream is a terminal that may support links."""
    return stream.isatty() and _preferred["ansi"] != "never" and os.environ.get("TERM") not in {"dumb", "linux"}


def link_urls(text: str) -> Verbatim:
    """Return the text, escaped, with each web address as an invisible link (OSC 8)."""
    text = escaped(text)
    return Verbatim(
        re.sub(r"https?://[^\s,]+", lambda found: f"\x1b]8;;{found[0]}\x1b\\{found[0]}\x1b]8;;\x1b\\", text)
    )
