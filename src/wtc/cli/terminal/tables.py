"""Rows in columns, as wide as they are on a terminal and no wider than there is room. Pure."""

import unicodedata
from collections.abc import Iterable, Sequence

GAP = "  "
PATHS = "worktree"
"""The title of the column that gives way: the end of a path tells the most."""
_SHORTEST = 12
_SHORTEST_CELL = 8


def display_width(text: str) -> int:
    """How many columns of a terminal it takes."""
    if text.isascii():
        return len(text)
    return sum(map(_character_width, text))


def fit(text: str, room: int) -> str:
    """The text, its end cut off where there is no room for it."""
    if display_width(text) <= room:
        return text
    return f"{_head(text, room - 1)}…" if room > 0 else ""


def fit_path(text: str, room: int) -> str:
    """The path, its beginning cut off where there is no room for it."""
    if display_width(text) <= room:
        return text
    return f"…{_head(text[::-1], room - 1)[::-1]}" if room > 0 else ""


def align(rows: Iterable[Sequence[str]], *, header: Sequence[str] = (), room: int | None = None) -> list[str]:
    """Rows as lines, the header in capitals above them. What is wider than `room` has its paths cut; no other cell is.

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
    """The rows, with their paths cut as far as it takes to fit, but for their ends."""
    index, widths = list(header).index(PATHS), _column_widths([header, *rows])
    least = max(_SHORTEST, room - _line_width(widths) + widths[index])
    return [[fit_path(cell, least) if i == index else cell for i, cell in enumerate(row)] for row in rows]


def drop_columns(
    rows: Sequence[Sequence[str]], header: Sequence[str], titles: Iterable[str], room: int
) -> list[list[str]]:
    """Header and rows with so many columns left out, those of `titles` one after the other, as it takes to fit."""
    table = [list(header), *map(list, rows)]
    for title in titles:
        widths = [min(w, _SHORTEST) if t == PATHS else w for t, w in zip(table[0], _column_widths(table), strict=True)]
        if _line_width(widths) <= room:
            break
        if title in table[0]:
            index = table[0].index(title)
            for row in table:
                del row[index]
    return table


def narrow_cells(table: Sequence[Sequence[str]], room: int) -> list[list[str]]:
    """The table with the ends of its longest cells cut off, as far as it takes to fit and as cells can be cut."""
    widths = _column_widths(table)
    while (excess := _line_width(widths) - room) > 0 and max(widths) > _SHORTEST_CELL:
        *_, second, widest = sorted([_SHORTEST_CELL, *widths])
        widths[widths.index(widest)] = max(min(second, widest - 1), _SHORTEST_CELL, widest - excess)
    return [[fit(cell, full) for cell, full in zip(row, widths, strict=True)] for row in table]


def _column_widths(table: Sequence[Sequence[str]]) -> list[int]:
    return [max(display_width(row[i]) for row in table) for i in range(len(table[0]))] if table else []


def _line_width(widths: Sequence[int]) -> int:
    """How wide a line of such columns is."""
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
