"""Tables on terminals that are narrower than they are. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from wtc.cli.columns import GAP, PATHS, aligned, fitted_path, width

INDENT = "  "
_NOTHING = {"", "-"}


class _Told(NamedTuple):
    """A table's head, which may be none, and the lines of each row."""

    head: list[str]
    rows: list[list[str]]


def laid_out(rows: Sequence[Sequence[str]], *, header: Sequence[str], room: int) -> list[str]:
    """The table as lines that fit, as far as nothing but paths may be cut.

    If it is too wide, what says where a row belongs (all up to the path) is a line above its rows; if it still is, each
    row is told one cell a line. The last column is left to the terminal to wrap.
    """
    lines = aligned(rows, header=header, room=room)
    if not header or _fits(lines, room):
        return lines
    if PATHS not in header:
        told = _told(rows, header, room)
        return [*told.head, *(line for row in told.rows for line in row)]
    place = list(header).index(PATHS) + 1
    told = _told([row[place:] for row in rows], header[place:], room - len(INDENT))
    found = [f"{INDENT}{line}" for line in told.head]
    above: Sequence[str] = ()
    for row, lines in zip(rows, told.rows, strict=True):
        if row[:place] != above:
            above = row[:place]
            found.append(_place(above, room))
        found += [f"{INDENT}{line}" for line in lines]
    return found


def _told(rows: Sequence[Sequence[str]], header: Sequence[str], room: int) -> _Told:
    head, *lines = aligned(rows, header=header)
    if _fits([head, *lines], room) or _fits(aligned([row[:-1] for row in rows], header=header[:-1]), room):
        return _Told([head], [[line] for line in lines])
    return _Told([], [_one_a_line(row, header) for row in rows])


def _one_a_line(row: Sequence[str], header: Sequence[str]) -> list[str]:
    cells = [pair for pair in zip(header[1:], row[1:], strict=True) if pair[1] not in _NOTHING]
    return [row[0], *(f"{INDENT}{line}" for line in aligned(cells))]


def _place(cells: Sequence[str], room: int) -> str:
    *names, path = cells
    before = "".join(f"{name}{GAP}" for name in names)
    return before + fitted_path(path, max(room // 2, room - width(before)))


def _fits(lines: Sequence[str], room: int) -> bool:
    return all(width(line) <= room for line in lines)
