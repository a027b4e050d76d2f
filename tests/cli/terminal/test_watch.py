"""The frames of `--watch` on screens of all sizes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wtc.cli.terminal.tables import display_width
from wtc.cli.terminal.watch import Table, table_frame

TABLE = Table(
    header=("namespace", "worktree", "service", "memory", "limit"),
    rows=[[f"accra-a1b2c{n}", "/home/ada/code/accra", f"web-{n}", f"{n} MiB", "-"] for n in range(5)],
    below="10 MiB in use, by 5 containers",
    spare=("limit",),
)


def test_whole_table_is_shown_if_it_fits() -> None:
    lines = table_frame(TABLE, 80, 7)
    assert lines[0] == "NAMESPACE     WORKTREE              SERVICE  MEMORY  LIMIT"
    assert lines[1] == "accra-a1b2c0  /home/ada/code/accra  web-0    0 MiB   -"
    assert lines[6] == TABLE.below
    assert len(lines) == 7


@pytest.mark.parametrize(
    ("columns", "first"),
    [
        pytest.param(55, "accra-a1b2c0  …/ada/code/accra  web-0    0 MiB   -", id="paths lose their beginning"),
        pytest.param(45, "accra-a1b2c0  …/code/accra  web-0    0 MiB", id="what can be done without is left out"),
        pytest.param(30, "accra-a1b2c0  web-0    0 MiB", id="then the path"),
        pytest.param(28, "accra-a1b2…  web-0    0 MiB", id="then names are cut"),
        pytest.param(12, "accra-a…  w…", id="and at last the line"),
    ],
)
def test_numbers_are_cut_last_on_a_narrow_screen(columns: int, first: str) -> None:
    assert table_frame(TABLE, columns, 24)[1] == first


@pytest.mark.parametrize(
    ("rows", "services", "last"),
    [
        (6, ["SERVICE", "web-0", "web-1", "web-2", "web-3"], f"1 more; {TABLE.below}"),
        (3, ["SERVICE", "web-0"], f"4 more; {TABLE.below}"),
        (2, ["web-0"], f"4 more; {TABLE.below}"),
        (1, [], f"5 more; {TABLE.below}"),
    ],
)
def test_rows_that_do_not_fit_are_counted(rows: int, services: list[str], last: str) -> None:
    *lines, below = table_frame(TABLE, 80, rows)
    assert [line.split()[2] for line in lines] == services
    assert below == last


def test_empty_table_shows_only_the_line_below() -> None:
    assert table_frame(replace(TABLE, rows=[], below="nothing runs"), 80, 24) == ["nothing runs"]


@given(st.integers(1, 100), st.integers(1, 12))
def test_frame_is_never_larger_than_the_screen(columns: int, rows: int) -> None:
    lines = table_frame(TABLE, columns, rows)
    assert len(lines) <= rows
    assert all(display_width(line) <= columns for line in lines)
