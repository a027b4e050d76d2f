"""A table that is drawn again and again, until Ctrl-C."""

import sys
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NoReturn

from wtc.cli.output import print_columns

if TYPE_CHECKING:
    from rich.console import Group

EVERY_S = 1.0


def redraw(look: Callable[[], tuple[Sequence[Sequence[str]], str]], *, header: Sequence[str]) -> NoReturn:
    """Draws the rows, and the line below them, once a second; where nobody looks at a terminal it prints them anew.

    Ends by KeyboardInterrupt alone.
    """
    pause = threading.Event()
    if not sys.stdout.isatty():
        while True:
            rows, below = look()
            print_columns(rows, header=header)
            sys.stdout.write(f"{below}\n\n")
            sys.stdout.flush()
            pause.wait(EVERY_S)
    from rich.console import Console
    from rich.live import Live

    with Live(console=Console(), auto_refresh=False, vertical_overflow="visible") as live:
        while True:
            rows, below = look()
            live.update(_table(rows, below, header), refresh=True)
            pause.wait(EVERY_S)


def _table(rows: Sequence[Sequence[str]], below: str, header: Sequence[str]) -> "Group":
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for title in header:
        # On a narrow terminal it is the path that gives way.
        table.add_column(title.upper(), no_wrap=title != "worktree", overflow="ellipsis")
    for row in rows:
        table.add_row(*map(Text, row))
    return Group(table, Text(below, style="dim"))
