"""Colours and links, if the stream supports them."""

import os
import re
from typing import IO, TextIO

from wtc.cli.terminal.escape import Verbatim, escape_control

RED, GREEN, YELLOW, BLUE, CYAN, BOLD, DIM = "31", "32", "33", "34", "36", "1", "2"


def use_colours(stream: IO[str]) -> bool:
    """Return whether to colour the stream. Source: no-color.org, bixense.com/clicolors."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR") or os.environ.get("CLICOLOR_FORCE"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def can_redraw(stream: IO[str]) -> bool:
    """Return whether the stream is a terminal that can redraw."""
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
    text = escape_control(text)
    return Verbatim(f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if use_colours(stream) else text)


def use_links(stream: IO[str]) -> bool:
    """Return whether the stream is a terminal that may support links."""
    return stream.isatty() and os.environ.get("TERM") not in {"dumb", "linux"}


def link_urls(text: str) -> Verbatim:
    """Return the text, escaped, with each web address as an invisible link (OSC 8)."""
    text = escape_control(text)
    return Verbatim(
        re.sub(r"https?://[^\s,]+", lambda found: f"\x1b]8;;{found[0]}\x1b\\{found[0]}\x1b]8;;\x1b\\", text)
    )
