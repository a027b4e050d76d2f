"""Colours, where someone looks at them."""

import os
import re
from typing import IO, TextIO

RED, GREEN, YELLOW, BLUE, CYAN, BOLD, DIM = "31", "32", "33", "34", "36", "1", "2"


def use_colours(stream: IO[str]) -> bool:
    """Whether the stream wants them. Source: no-color.org, bixense.com/clicolors."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR") or os.environ.get("CLICOLOR_FORCE"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def can_redraw(stream: IO[str]) -> bool:
    """Whether it is a terminal that can draw over what stands there already."""
    return stream.isatty() and os.environ.get("TERM", "dumb") not in {"dumb", "unknown"}


def can_encode(text: str, stream: TextIO) -> bool:
    """Whether the stream's encoding has all of these characters."""
    try:
        text.encode(stream.encoding)
    except UnicodeError:
        return False
    return True


def paint(text: str, *codes: str, stream: IO[str]) -> str:
    """The text in a colour, for a stream that wants one."""
    return f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if use_colours(stream) else text


def use_links(stream: IO[str]) -> bool:
    """Whether someone may click on what is written there."""
    return stream.isatty() and os.environ.get("TERM") not in {"dumb", "linux"}


def link_urls(text: str) -> str:
    """The text with every address of a web page in it as a link to that (OSC 8), which is not seen."""
    return re.sub(r"https?://[^\s,]+", lambda found: f"\x1b]8;;{found[0]}\x1b\\{found[0]}\x1b]8;;\x1b\\", text)
