"""Escape control characters in text that comes from files, paths or the engine, before a terminal shows it. Pure.

The standard streams escape all text but `Verbatim`, so a caller that forgets to escape text is safe. wtc's own colours
are `Verbatim`; to join them with other text, use `escaped`.
"""

import re

_CONTROL = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
"""C0 without tab and newline, DEL, C1, and the characters that change the direction of text."""
_KEPT = str.maketrans("\t\n", "  ")
_LINE_CONTROL = "[\t\n\u2028\u2029]"


class Verbatim(str):
    """Text that a stream writes as it is. An operation on it returns a plain `str`, which is escaped again."""

    __slots__ = ()


def escape_control(text: str) -> str:
    r"""Return the text with its control characters as `\x1b` or `\u202e`; tabs and newlines stay."""
    # Most texts have nothing to escape, and need no pattern, whose compilation takes longer than to print a table.
    is_plain = text.isprintable() or text.translate(_KEPT).isprintable()
    return text if is_plain else re.sub(_CONTROL, _escape, text)


def escape_line(text: str) -> str:
    r"""Return the text as one line: control characters, tabs and newlines as `\x1b`, `\x09` and `\x0a`."""
    return text if text.isprintable() else re.sub(_LINE_CONTROL, _escape, escape_control(text))


def escaped(*parts: str) -> Verbatim:
    """Join the parts, and escape each one that is not `Verbatim`."""
    return Verbatim("".join(part if isinstance(part, Verbatim) else escape_control(part) for part in parts))


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"
