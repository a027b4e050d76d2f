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

    At a terminal they are laid out for its width, and web addresses are links.
    """
    if sys.stdout.isatty():
        from wtc.cli.narrow import laid_out

        lines = laid_out(list(rows), header=header, room=shutil.get_terminal_size().columns)
    else:
        lines = aligned(rows, header=header)
    linked = clickable(sys.stdout)
    for line in lines:
        sys.stdout.write((link(line) if linked else line) + "\n")


def say(line: str) -> None:
    """A line of narration."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
