"""Tables on terminals that are too narrow for them."""

import re

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


def test_table_that_fits_is_unchanged() -> None:
    assert lay_out(ROWS, header=HEADER, room=120) == align(ROWS, header=HEADER)


def test_paths_are_cut_first() -> None:
    lines = lay_out(ROWS, header=HEADER, room=92)
    assert lines[2] == "accra-a1b2c3   …/ada/code/accra  database  exited            -       -"
    assert display_width(lines[1]) == 92


def test_rows_are_then_grouped_below_their_place() -> None:
    assert lay_out(ROWS, header=HEADER, room=65) == [
        "  SERVICE   STATE             MEMORY  PORTS",
        "accra-a1b2c3  /home/ada/code/accra",
        "  web       running, healthy  12 MiB  127.0.0.1:21043->80/tcp",
        "  database  exited            -       -",
        "bergen-d4e5f6  /home/ada/code/bergen",
        "  web       running           9 MiB   -",
    ]


def test_rows_are_printed_one_cell_a_line_at_last() -> None:
    assert lay_out(ROWS, header=HEADER, room=33) == [
        "accra-a1b2c3  …/ada/code/accra",
        "  web",
        "    state   running, healthy",
        "    memory  12 MiB",
        "    ports   127.0.0.1:21043->80/tcp",
        "  database",
        "    state  exited",
        "bergen-d4e5f6  …/ada/code/bergen",
        "  web",
        "    state   running",
        "    memory  9 MiB",
    ]


def test_cells_continue_on_further_lines() -> None:
    rows = [["web", "1", "httpd -f -p 80 -h /a/long/path"]]
    assert lay_out(rows, header=("service", "pid", "cmd"), room=30) == [
        "SERVICE  PID  CMD",
        "web      1    httpd -f -p 80",
        "              -h /a/long/path",
    ]


def test_widest_cells_are_wrapped_first() -> None:
    rows = [["web", "running, unhealthy", "http://a.test:1 http://b.test:2", "its image has changed"]]
    assert lay_out(rows, header=("service", "state", "endpoints", "diverged"), room=60) == [
        "SERVICE  STATE               ENDPOINTS        DIVERGED",
        "web      running, unhealthy  http://a.test:1  its image has",
        "                             http://b.test:2  changed",
    ]


def test_coloured_cells_take_the_same_room() -> None:
    plain = ["web", "running, healthy", "a b"]
    painted = ["web", "\x1b[32mrunning,\x1b[0m \x1b[32mhealthy\x1b[0m", "a b"]
    for room in (12, 20, 40):
        header = ("service", "state", "x")
        lines = lay_out([painted], header=header, room=room)
        assert [re.sub(r"\x1b\[\d+m", "", line) for line in lines] == lay_out([plain], header=header, room=room)


def test_table_without_a_header_is_not_split_into_cells() -> None:
    rows = [["web", "80/tcp", "http://127.0.0.1:21043"]]
    assert lay_out(rows, header=(), room=20) == ["web  80/tcp  http://127.0.0.1:21043"]
    assert lay_out([], header=(), room=20) == []


@given(st.integers(1, 120))
def test_only_paths_are_cut(room: int) -> None:
    text = "\n".join(lay_out(ROWS, header=HEADER, room=room))
    words = {word for row in ROWS for cell in (row[0], *row[2:]) for word in cell.split() if cell != "-"}
    assert [word for word in words if word not in text] == []


WORDS = st.lists(st.sampled_from(["a", "running,", "http://127.0.0.1:20000", "longer-word"]), max_size=6).map(" ".join)


@given(st.lists(st.lists(WORDS, min_size=3, max_size=3), min_size=1, max_size=4), st.integers(36, 100))
def test_each_line_fits_if_each_word_does(rows: list[list[str]], room: int) -> None:
    rows = [[f"name{index}", *row] for index, row in enumerate(rows)]
    lines = lay_out(rows, header=("service", "state", "endpoints", "x"), room=room)
    assert [line for line in lines if display_width(line) > room] == []
