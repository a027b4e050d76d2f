"""Lay out tables for terminals that are too narrow for them. Pure."""

from collections.abc import Sequence

from wtc.cli.terminal.tables import GAP, PATHS, SHORTEST_PATH, align, display_width, fit_path, wrap_words
from wtc.static_typing import NamedTuple

INDENT = "  "
_NOTHING = {"", "-"}


class _Layout(NamedTuple):
    """A table's header line, if any, and the lines of each row."""

    head: list[str]
    rows: list[list[str]]


def lay_out(rows: Sequence[Sequence[str]], *, header: Sequence[str], room: int) -> list[str]:
    """Return the table as lines that fit the room. Only paths are shortened, and no word is broken.

    If the table is too wide, cells continue on further lines. If it is still too wide, the cells up to the path become
    a line above their rows, and at last each cell gets its own line. A word that is wider than the room does not fit.
    """
    lines = align(rows, header=header, room=room)
    if _fits(lines, room):
        return lines
    if wrapped := _wrapped(rows, header, room):
        return [line for row in wrapped for line in row]
    if not header:
        return lines
    if PATHS not in header:
        layout = _layout(rows, header, room)
        return [*layout.head, *(line for row in layout.rows for line in row)]
    place = list(header).index(PATHS) + 1
    layout = _layout([row[place:] for row in rows], header[place:], room - len(INDENT))
    found = [f"{INDENT}{line}" for line in layout.head]
    above: Sequence[str] = ()
    for row, lines in zip(rows, layout.rows, strict=True):
        if row[:place] != above:
            above = row[:place]
            found.append(_place(above, room))
        found += [f"{INDENT}{line}" for line in lines]
    return found


def _wrapped(rows: Sequence[Sequence[str]], header: Sequence[str], room: int) -> list[list[str]] | None:
    """Return the lines of the header and of each row, with cells on several lines; None if a word is too wide."""
    titles = [[title.upper() for title in header]] if header else []
    table = [*titles, *rows]
    path = list(header).index(PATHS) if PATHS in header else None
    columns = list(zip(*table, strict=True))
    widths = [max(map(display_width, column)) for column in columns]
    least = [
        min(width, SHORTEST_PATH) if index == path else _widest_word(column, titled=bool(header))
        for index, (column, width) in enumerate(zip(columns, widths, strict=True))
    ]
    while (excess := sum(widths) + len(GAP) * (len(widths) - 1) - room) > 0:
        wide = [index for index, width in enumerate(widths) if width > least[index]]
        if not wide:
            return None
        # Paths are cut only if the other cells cannot be wrapped any more.
        widest = max(wide, key=lambda index: (index != path, widths[index]))
        widths[widest] = max(least[widest], widths[widest] - excess)
    if path is not None:
        table = [[fit_path(cell, widths[path]) if i == path else cell for i, cell in enumerate(row)] for row in table]
    return [_row_lines(row, widths) for row in table]


def _widest_word(column: Sequence[str], *, titled: bool) -> int:
    """Return the least width of a column. Its title is not wrapped."""
    title, cells = (column[:1], column[1:]) if titled else ((), column)
    words = (word for cell in cells for word in cell.split())
    return max(map(display_width, (*title, *words)), default=0)


def _row_lines(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    cells = [wrap_words(cell, width) for cell, width in zip(row, widths, strict=True)]
    height = max(map(len, cells))
    filled = [[*cell, *[""] * (height - len(cell))] for cell in cells]
    return [
        GAP.join(part + " " * (width - display_width(part)) for part, width in zip(parts, widths, strict=True)).rstrip()
        for parts in zip(*filled, strict=True)
    ]


def _layout(rows: Sequence[Sequence[str]], header: Sequence[str], room: int) -> _Layout:
    head, *lines = align(rows, header=header)
    if _fits([head, *lines], room):
        return _Layout([head], [[line] for line in lines])
    if wrapped := _wrapped(rows, header, room):
        return _Layout(wrapped[0], wrapped[1:])
    return _Layout([], [_one_a_line(row, header, room) for row in rows])


def _one_a_line(row: Sequence[str], header: Sequence[str], room: int) -> list[str]:
    cells = [pair for pair in zip(header[1:], row[1:], strict=True) if pair[1] not in _NOTHING]
    inner = room - len(INDENT)
    lines = [line for one in _wrapped(cells, (), inner) or [] for line in one] or align(cells)
    return [row[0], *(f"{INDENT}{line}" for line in lines)]


def _place(cells: Sequence[str], room: int) -> str:
    *names, path = cells
    before = "".join(f"{name}{GAP}" for name in names)
    return before + fit_path(path, max(room // 2, room - display_width(before)))


def _fits(lines: Sequence[str], room: int) -> bool:
    return all(display_width(line) <= room for line in lines)
