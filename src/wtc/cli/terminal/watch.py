"""A table that is drawn again and again, until Ctrl-C."""

import shutil
import sys
import threading
from collections.abc import Callable, Sequence

from wtc.cli.terminal.escape import escape_line
from wtc.cli.terminal.output import print_columns
from wtc.cli.terminal.style import can_redraw
from wtc.cli.terminal.tables import PATHS, align, drop_columns, fit, narrow_cells, shorten_paths
from wtc.dataclass import dataclass
from wtc.static_typing import NoReturn

EVERY_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What is drawn: the columns' titles, a row for each thing, and a line that sums them up.

    `spare` are titles of columns to drop on a narrow screen, in this order.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    below: str
    spare: Sequence[str] = ()


def redraw(look: Callable[[], Table]) -> NoReturn:
    """Draw the table once a second; if standard output is not a terminal, print it each time.

    Never returns: KeyboardInterrupt or an error of `look` ends it. On a terminal the last table stays.
    """
    if not can_redraw(sys.stdout):
        pause = threading.Event()
        while True:
            _print(look())
            sys.stdout.write("\n")
            sys.stdout.flush()
            pause.wait(EVERY_S)
    from wtc.cli.terminal.fullscreen import Fullscreen

    table = None
    try:
        with Fullscreen() as screen:
            while True:
                table = look()
                screen.show(lambda columns, rows, shown=table: table_frame(shown, columns, rows))
                screen.rest(EVERY_S)
    finally:
        if table is not None:
            sys.stdout.write("\n".join(table_frame(table, shutil.get_terminal_size().columns)) + "\n")


def table_frame(table: Table, columns: int, rows: int | None = None) -> list[str]:
    """Return the lines for a screen of that size; the last line counts the rows that do not fit."""
    if not table.rows:
        return [fit(table.below, columns)]
    escaped = [[escape_line(cell) for cell in row] for row in table.rows]
    header, *cells = drop_columns(escaped, table.header, (*table.spare, PATHS), columns)
    if PATHS in header:
        cells = shorten_paths(cells, header, columns)
    head, *body = align(narrow_cells([[title.upper() for title in header], *cells], columns))
    heads, below = [head], table.below
    if rows is not None and len(body) + 2 > rows:
        room = max(0, rows - 1)
        heads = [head] if room > 1 else []
        left = len(body) - (room - len(heads))
        body = body[: room - len(heads)]
        below = f"{left} more; {below}"
    return [fit(line, columns) for line in (*heads, *body, below)]


def _print(table: Table) -> None:
    if table.rows:
        print_columns(table.rows, header=table.header)
    sys.stdout.write(f"{table.below}\n")
