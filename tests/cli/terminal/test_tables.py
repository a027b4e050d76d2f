"""Rows in columns, fitted to the terminal's width."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wtc.cli.terminal.tables import align, display_width, drop_columns, fit, fit_path, narrow_cells

HEADER = ("namespace", "worktree", "service")
ROWS = [
    ["accra-a1b2c3", "/home/ada/code/shop/accra", "web"],
    ["bergen-d4e5f6", "/home/ada/code/shop/bergen", "a-service"],
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("accra", 5), ("", 0), ("東京", 4), ("cafe\N{COMBINING ACUTE ACCENT}", 4), ("zero\N{ZERO WIDTH SPACE}", 4)],
)
def test_wide_characters_take_two_columns_and_combining_marks_none(text: str, expected: int) -> None:
    assert display_width(text) == expected


def test_columns_are_aligned_for_all_characters() -> None:
    rows = [["東京", "web"], ["accra", "db"], ["cafe\N{COMBINING ACUTE ACCENT}", "cache"]]
    assert align(rows, header=("place", "service")) == [
        "PLACE  SERVICE",
        "東京   web",
        "accra  db",
        "cafe\N{COMBINING ACUTE ACCENT}   cache",
    ]


def test_table_that_fits_is_not_cut() -> None:
    assert align(ROWS, header=HEADER, room=80)[1] == "accra-a1b2c3   /home/ada/code/shop/accra   web"
    assert align(ROWS, header=HEADER)[1] == "accra-a1b2c3   /home/ada/code/shop/accra   web"


def test_beginnings_of_paths_are_cut_to_fit() -> None:
    assert align(ROWS, header=HEADER, room=45) == [
        "NAMESPACE      WORKTREE            SERVICE",
        "accra-a1b2c3   …/code/shop/accra   web",
        "bergen-d4e5f6  …/code/shop/bergen  a-service",
    ]


def test_ends_of_paths_are_kept_on_the_narrowest_terminal() -> None:
    assert align(ROWS, header=HEADER, room=10)[1:] == [
        "accra-a1b2c3   …/shop/accra  web",
        "bergen-d4e5f6  …/bergen      a-service",
    ]


@pytest.mark.parametrize(
    ("room", "expected"),
    [
        (16, "/home/ada/accra1"),
        (15, "…/ada/accra1"),
        (11, "…/accra1"),
        (8, "…/accra1"),
        (7, "…accra1"),
        (6, "…ccra1"),
        (1, "…"),
    ],
)
def test_path_is_cut_before_a_folder_if_the_last_one_fits(room: int, expected: str) -> None:
    assert fit_path("/home/ada/accra1", room) == expected


def test_spare_columns_are_dropped_in_order_until_the_table_fits() -> None:
    table = [["1234", "1234", "1234"]]
    titles = ("a", "b", "c")
    assert drop_columns(table, titles, ("c", "b"), 16)[0] == ["a", "b", "c"]
    assert drop_columns(table, titles, ("c", "b"), 15)[0] == ["a", "b"]
    assert drop_columns(table, titles, ("c", "b"), 9) == [["a"], ["1234"]]


def test_longest_cells_are_cut_first() -> None:
    row = ["a-service-with-a-name", "456 KiB", "-"]
    assert narrow_cells([row], 26) == [["a-service-wit…", "456 KiB", "-"]]
    assert narrow_cells([row], 5) == [["a-servi…", "456 KiB", "-"]]
    assert narrow_cells([row], 33) == [row]


texts = st.text(st.sampled_from("ab 東\N{COMBINING ACUTE ACCENT}"), max_size=12)


@given(texts, st.integers(0, 15))
def test_cut_text_fits_the_room(text: str, room: int) -> None:
    for cut in (fit(text, room), fit_path(text, room)):
        assert display_width(cut) <= room or cut == text
    assert fit(text, display_width(text)) == text


@given(st.lists(st.lists(texts, min_size=3, max_size=3), min_size=1, max_size=4))
def test_cells_of_a_column_are_aligned(rows: list[list[str]]) -> None:
    lines = align([*row[:2], "|"] for row in rows)
    assert len({display_width(line) for line in lines}) == 1
