"""Align rows in columns by display width, and shorten them to the terminal's width. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

GAP = "  "
_COLOUR = "\x1b\\[[0-9;]*m"
PATHS = "worktree"
"""The title of the column that is shortened first, from the left: the end of a path matters most."""
SHORTEST_PATH = 12
_SHORTEST_CELL = 8


def display_width(text: str) -> int:
    """Return the number of terminal columns that the text takes; colours take none."""
    if "\x1b" in text:
        text = re.sub(_COLOUR, "", text)
    if text.isascii():
        return len(text)
    return sum(map(_character_width, text))


def fit(text: str, room: int) -> str:
    """Return the text, with its end cut off if it is too wide."""
    if display_width(text) <= room:
        return text
    return f"{_head(text, room - 1)}…" if room > 0 else ""


def fit_path(text: str, room: int) -> str:
    """Return the path, with its beginning cut off if it is too wide: before a folder, if the last one fits."""
    if display_width(text) <= room:
        return text
    if room <= 0:
        return ""
    end = _head(text[::-1], room - 1)[::-1]
    _, slash, whole = end.partition("/")
    return f"…{slash}{whole}" if whole else f"…{end}"


def wrap_words(text: str, room: int) -> list[str]:
    """Return the text as lines of at most `room` columns, at least one, with its indent. No word is broken."""
    if display_width(text) <= room:
        return [text]
    indent = text[: len(text) - len(text.lstrip())]
    lines: list[str] = []
    line = indent
    for word in text.split():
        longer = f"{line}{word}" if line == indent else f"{line} {word}"
        if line != indent and display_width(longer) > room:
            lines.append(line)
            longer = f"{indent}{word}"
        line = longer
    return [*lines, line]


def align(rows: Iterable[Sequence[str]], *, header: Sequence[str] = (), room: int | None = None) -> list[str]:
    """Return rows as lines, after the header in capitals. Only paths are cut to fit into `room` columns.

    Each row has as many cells as the header, or as the first row.
    """
    table = [list(row) for row in rows]
    if room is not None and PATHS in header:
        table = shorten_paths(table, header, room)
    if header:
        table.insert(0, [title.upper() for title in header])
    widths = _column_widths(table)
    return [
        GAP.join(cell + " " * (full - display_width(cell)) for cell, full in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]


def shorten_paths(rows: Sequence[Sequence[str]], header: Sequence[str], room: int) -> list[list[str]]:
    """Return the rows with their paths cut to fit, down to a minimum width."""
    index, widths = list(header).index(PATHS), _column_widths([header, *rows])
    least = max(SHORTEST_PATH, room - _line_width(widths) + widths[index])
    return [[fit_path(cell, least) if i == index else cell for i, cell in enumerate(row)] for row in rows]


def shorten_home(path: str, home: str) -> str:
    """Return the path with the home folder as `~`."""
    inside = bool(home.strip("/")) and (path == home or path.startswith(f"{home}/"))
    return f"~{path[len(home) :]}" if inside else path


def drop_columns(
    rows: Sequence[Sequence[str]], header: Sequence[str], titles: Iterable[str], room: int
) -> list[list[str]]:
    """Drop the columns of `titles`, in order, until the table fits. Return header and rows."""
    table = [list(header), *map(list, rows)]
    for title in titles:
        widths = [
            min(w, SHORTEST_PATH) if t == PATHS else w for t, w in zip(table[0], _column_widths(table), strict=True)
        ]
        if _line_width(widths) <= room:
            break
        if title in table[0]:
            index = table[0].index(title)
            for row in table:
                del row[index]
    return table


def narrow_cells(table: Sequence[Sequence[str]], room: int) -> list[list[str]]:
    """Cut the ends of the widest cells until the table fits, down to a minimum width."""
    widths = _column_widths(table)
    while (excess := _line_width(widths) - room) > 0 and max(widths) > _SHORTEST_CELL:
        *_, second, widest = sorted([_SHORTEST_CELL, *widths])
        widths[widths.index(widest)] = max(min(second, widest - 1), _SHORTEST_CELL, widest - excess)
    return [[fit(cell, full) for cell, full in zip(row, widths, strict=True)] for row in table]


def _column_widths(table: Sequence[Sequence[str]]) -> list[int]:
    return [max(display_width(row[i]) for row in table) for i in range(len(table[0]))] if table else []


def _line_width(widths: Sequence[int]) -> int:
    """Return the width of a line of these columns."""
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _head(text: str, room: int) -> str:
    for index, character in enumerate(text):
        room -= _character_width(character)
        if room < 0:
            return text[:index]
    return text


def _character_width(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
