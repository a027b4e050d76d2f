"""Tables on terminals that are narrower than they are."""

from hypothesis import given
from hypothesis import strategies as st

from wtc.cli.terminal.narrow_tables import lay_out
from wtc.cli.terminal.tables import align, display_width

HEADER = ("namespace", "worktree", "service", "state", "memory", "ports")
ROWS = [
    ["accra-a1b2c3", "/home/ada/code/accra", "web", "running, healthy", "12 MiB", "127.0.0.1:21043->80/tcp"],
    ["accra-a1b2c3", "/home/ada/code/accra", "database", "exited", "-", "-"],
    ["bergen-d4e5f6", "/home/ada/code/bergen", "web", "running", "9 MiB", "-"],
]


def test_a_table_that_fits_is_one() -> None:
    assert lay_out(ROWS, header=HEADER, room=120) == align(ROWS, header=HEADER)


def test_first_paths_are_cut() -> None:
    lines = lay_out(ROWS, header=HEADER, room=92)
    assert lines[2] == "accra-a1b2c3   …/ada/code/accra  database  exited            -       -"
    assert display_width(lines[1]) == 92


def test_then_what_belongs_together_stands_below_its_place() -> None:
    assert lay_out(ROWS, header=HEADER, room=65) == [
        "  SERVICE   STATE             MEMORY  PORTS",
        "accra-a1b2c3  /home/ada/code/accra",
        "  web       running, healthy  12 MiB  127.0.0.1:21043->80/tcp",
        "  database  exited            -       -",
        "bergen-d4e5f6  /home/ada/code/bergen",
        "  web       running           9 MiB   -",
    ]


def test_at_last_each_row_is_told_one_cell_a_line() -> None:
    assert lay_out(ROWS, header=HEADER, room=33) == [
        "accra-a1b2c3  …ome/ada/code/accra",
        "  web",
        "    state   running, healthy",
        "    memory  12 MiB",
        "    ports   127.0.0.1:21043->80/tcp",
        "  database",
        "    state  exited",
        "bergen-d4e5f6  …e/ada/code/bergen",
        "  web",
        "    state   running",
        "    memory  9 MiB",
    ]


def test_what_comes_last_is_left_to_the_terminal_to_wrap() -> None:
    rows = [["web", "1", "httpd -f -p 80 -h /a/long/path"]]
    assert lay_out(rows, header=("service", "pid", "cmd"), room=30) == [
        "SERVICE  PID  CMD",
        "web      1    httpd -f -p 80 -h /a/long/path",
    ]


def test_without_a_header_there_is_nothing_to_tell_cells_by() -> None:
    rows = [["web", "80/tcp", "http://127.0.0.1:21043"]]
    assert lay_out(rows, header=(), room=20) == ["web  80/tcp  http://127.0.0.1:21043"]
    assert lay_out([], header=(), room=20) == []


@given(st.integers(1, 120))
def test_no_cell_but_a_path_is_ever_cut(room: int) -> None:
    text = "\n".join(lay_out(ROWS, header=HEADER, room=room))
    cells = {cell for row in ROWS for cell in (row[0], *row[2:]) if cell != "-"}
    assert [cell for cell in cells if cell not in text] == []
