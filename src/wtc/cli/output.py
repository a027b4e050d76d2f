"""Writing the answer: standard output for it, standard error for what is said beside it."""

import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from wtc.cli.columns import aligned
from wtc.cli.style import clickable, link

SCHEMA_VERSION = 1


def print_json(document: dict[str, Any], *, ok: bool = True, as_line: bool = False) -> None:
    """One document on standard output, with the version of its schema. `ok` unless it tells of an error."""
    import json

    whole = {"schema_version": SCHEMA_VERSION, "ok": ok, **document}
    sys.stdout.write(json.dumps(whole, indent=None if as_line else 2) + "\n")


def print_columns(rows: Iterable[Sequence[str]], *, header: Sequence[str] = ()) -> None:
    """Rows on standard output, columns aligned, the header in capitals.

    At a terminal paths are cut where a line has no room for them, and web addresses are links.
    """
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    linked = clickable(sys.stdout)
    for line in aligned(rows, header=header, room=room):
        sys.stdout.write((link(line) if linked else line) + "\n")


def say(line: str) -> None:
    """A line of narration."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
