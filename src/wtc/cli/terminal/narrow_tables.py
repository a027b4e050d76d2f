"""Tables on terminals that are narrower than they are. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from wtc.cli.terminal.tables import GAP, PATHS, align, display_width, fit_path

INDENT = "  "
_NOTHING = {"", "-"}


class _Layout(NamedTuple):
    """A table's head, which may be none, and the lines of each row."""

    head: list[str]
    rows: list[list[str]]


def lay_out(rows: Sequence[Sequence[str]], *, header: Sequence[str], room: int) -> list[str]:
    """The table as lines that fit, as far as nothing but paths may be cut.

    If it is too wide, what says where a row belongs (all up to the path) is a line above its rows; if it still is, each
    row is told one cell a line. The last column is left to the terminal to wrap.
    """
    lines = align(rows, header=header, room=room)
    if not header or _fits(lines, room):
        return lines
    if PATHS not in header:
        told = _layout(rows, header, room)
        return [*told.head, *(line for row in told.rows for line in row)]
    place = list(header).index(PATHS) + 1
    told = _layout([row[place:] for row in rows], header[place:], room - len(INDENT))
    found = [f"{INDENT}{line}" for line in told.head]
    above: Sequence[str] = ()
    for row, lines in zip(rows, told.rows, strict=True):
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
