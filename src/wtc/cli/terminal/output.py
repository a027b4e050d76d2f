"""Print answers on standard output and narration on standard error."""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

from wtc.cli.terminal.style import link_urls, use_links
from wtc.cli.terminal.tables import align

SCHEMA_VERSION = 1


def print_json(document: dict[str, Any], *, ok: bool = True, as_line: bool = False) -> None:
    """Print one JSON document with its schema version. `ok` is False for errors."""
    import json

    whole = {"schema_version": SCHEMA_VERSION, "ok": ok, **document}
    sys.stdout.write(json.dumps(whole, indent=None if as_line else 2) + "\n")


def print_columns(rows: Iterable[Sequence[str]], *, header: Sequence[str] = ()) -> None:
    """Print rows in aligned columns, with the header in capitals.

    On a terminal, fit them to its width and make web addresses links.
    """
    if sys.stdout.isatty():
        from shutil import get_terminal_size

        from wtc.cli.terminal.narrow_tables import lay_out

        lines = lay_out(list(rows), header=header, room=get_terminal_size().columns)
    else:
        lines = align(rows, header=header)
    linked = use_links(sys.stdout)
    for line in lines:
        sys.stdout.write((link_urls(line) if linked else line) + "\n")


def narrate(line: str) -> None:
    """Print a line on standard error."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
