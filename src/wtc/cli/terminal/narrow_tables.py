"""Lay out tables for terminals that are too narrow for them. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from wtc.cli.terminal.tables import GAP, PATHS, align, display_width, fit_path

INDENT = "  "
_NOTHING = {"", "-"}


class _Layout(NamedTuple):
    """A table's header line, if any, and the lines of each row."""

    head: list[str]
    rows: list[list[str]]


def lay_out(rows: Sequence[Sequence[str]], *, header: Sequence[str], room: int) -> list[str]:
    """Return the table as lines that fit the room, in columns. Only paths are shortened, so some lines may not fit.

    If the table is too wide, the cells up to the path become a line above their rows. If it is still too wide, each
    cell gets its own line. The terminal wraps the last column.
    """
    lines = align(rows, header=header, room=room)
    if not header or _fits(lines, room):
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


def _layout(rows: Sequence[Sequence[str]], header: Sequence[str], room: int) -> _Layout:
    head, *lines = align(rows, header=header)
    if _fits([head, *lines], room) or _fits(align([row[:-1] for row in rows], header=header[:-1]), room):
        return _Layout([head], [[line] for line in lines])
    return _Layout([], [_one_a_line(row, header) for row in rows])


def _one_a_line(row: Sequence[str], header: Sequence[str]) -> list[str]:
    cells = [pair for pair in zip(header[1:], row[1:], strict=True) if pair[1] not in _NOTHING]
    return [row[0], *(f"{INDENT}{line}" for line in align(cells))]


def _place(cells: Sequence[str], room: int) -> str:
    *names, path = cells
    before = "".join(f"{name}{GAP}" for name in names)
    return before + fit_path(path, max(room // 2, room - display_width(before)))


def _fits(lines: Sequence[str], room: int) -> bool:
    return all(display_width(line) <= room for line in lines)
