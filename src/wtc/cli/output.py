"""Writing the answer: standard output for it, standard error for what is said beside it."""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

from wtc.cli.style import clickable, link

SCHEMA_VERSION = 1


def print_json(document: dict[str, Any], *, ok: bool = True, as_line: bool = False) -> None:
    """One document on standard output, with the version of its schema. `ok` unless it tells of an error."""
    import json

    whole = {"schema_version": SCHEMA_VERSION, "ok": ok, **document}
    sys.stdout.write(json.dumps(whole, indent=None if as_line else 2) + "\n")


def print_columns(rows: Iterable[Sequence[str]], *, header: Sequence[str] = ()) -> None:
    """Rows on standard output, columns aligned, web addresses as links at a terminal; the header in capitals."""
    table = [list(row) for row in rows]
    if header:
        table.insert(0, [title.upper() for title in header])
    linked = clickable(sys.stdout)
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))] if table else []
    for row in table:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write((link(line.rstrip()) if linked else line.rstrip()) + "\n")


def say(line: str) -> None:
    """A line of narration."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
