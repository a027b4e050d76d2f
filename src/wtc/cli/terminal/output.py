"""Print answers on standard output and narration on standard error."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from wtc.cli.terminal.escape import Verbatim, escape_line, escaped
from wtc.cli.terminal.style import link_urls, paint_words, use_colours, use_links
from wtc.cli.terminal.tables import PATHS, align, shorten_home
from wtc.static_typing import Any

SCHEMA_VERSION = 1


def print_json(document: dict[str, Any], *, ok: bool = True, as_line: bool = False) -> None:
    """Print one JSON document with its schema version. `ok` is False for errors."""
    whole = {"schema_version": SCHEMA_VERSION, "ok": ok, **document}
    sys.stdout.write(json_text(whole, indent=None if as_line else 2) + "\n")


def json_text(document: dict[str, Any], *, indent: int | None = None) -> str:
    """Return the document as JSON without control characters, DEL included, so that no stream changes it."""
    import json

    return json.dumps(document, indent=indent).replace("\x7f", "\\u007f")


def print_exact(text: str) -> None:
    """Print an answer that programs read. On a terminal, its control characters are escaped."""
    sys.stdout.write(text if sys.stdout.isatty() else Verbatim(text))


def print_columns(
    rows: Iterable[Sequence[str]],
    *,
    header: Sequence[str] = (),
    colours: Mapping[str, Callable[[str], str]] = MappingProxyType({}),
) -> None:
    """Print rows in aligned columns, with the header in capitals. Control characters are escaped, newlines included.

    On a terminal, fit them to its width, write the home folder as `~`, and make web addresses links. `colours`: title
    of a column -> function from a word of a cell to its SGR code.
    """
    # Titles can come from the engine as well.
    header = [escape_line(title) for title in header]
    rows = [[escape_line(cell) for cell in row] for row in rows]
    header = [escape_line(title) for title in header]
    if sys.stdout.isatty() and PATHS in header:
        rows = _with_short_home(rows, header.index(PATHS))
    if colours and use_colours(sys.stdout):
        choose = [colours.get(title) for title in header]
        rows = [
            [paint_words(cell, colour) if colour else cell for cell, colour in zip(row, choose, strict=True)]
            for row in rows
        ]
    if sys.stdout.isatty():
        from shutil import get_terminal_size

        from wtc.cli.terminal.narrow_tables import lay_out

        lines = lay_out(rows, header=header, room=get_terminal_size().columns)
    else:
        lines = align(rows, header=header)
    linked = use_links(sys.stdout)
    for line in lines:
        # The cells are escaped; what is left are the codes of their colours.
        sys.stdout.write(escaped(link_urls(Verbatim(line)) if linked else Verbatim(line), "\n"))


def _with_short_home(rows: Iterable[Sequence[str]], column: int) -> list[list[str]]:
    import os

    # Paths on labels are real ones.
    home = os.path.realpath(os.path.expanduser("~"))
    return [[shorten_home(cell, home) if i == column else cell for i, cell in enumerate(row)] for row in rows]


def narrate(line: str) -> None:
    """Print a line on standard error, with or without its end. Control characters are escaped."""
    sys.stderr.write(escaped(line, "" if line.endswith("\n") else "\n"))
    sys.stderr.flush()
