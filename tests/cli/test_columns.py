"""Rows in columns: on a terminal no wider than it is, and as wide as what is in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wtc.cli.columns import aligned, fitted, fitted_path, narrowed, width, without

HEADER = ("namespace", "worktree", "service")
ROWS = [
    ["accra-a1b2c3", "/home/ada/code/shop/accra", "web"],
    ["bergen-d4e5f6", "/home/ada/code/shop/bergen", "a-service"],
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("accra", 5), ("", 0), ("東京", 4), ("cafe\N{COMBINING ACUTE ACCENT}", 4), ("zero\N{ZERO WIDTH SPACE}", 4)],
)
def test_wide_characters_take_two_columns_and_marks_none(text: str, expected: int) -> None:
    assert width(text) == expected


def test_columns_stand_below_each_other_whatever_is_in_them() -> None:
    rows = [["東京", "web"], ["accra", "db"], ["cafe\N{COMBINING ACUTE ACCENT}", "cache"]]
    assert aligned(rows, header=("place", "service")) == [
        "PLACE  SERVICE",
        "東京   web",
        "accra  db",
        "cafe\N{COMBINING ACUTE ACCENT}   cache",
    ]


def test_where_there_is_room_nothing_is_cut() -> None:
    assert aligned(ROWS, header=HEADER, room=80)[1] == "accra-a1b2c3   /home/ada/code/shop/accra   web"
    assert aligned(ROWS, header=HEADER)[1] == "accra-a1b2c3   /home/ada/code/shop/accra   web"


def test_paths_lose_their_beginnings_as_far_as_it_takes() -> None:
    assert aligned(ROWS, header=HEADER, room=45) == [
        "NAMESPACE      WORKTREE             SERVICE",
        "accra-a1b2c3   …da/code/shop/accra  web",
        "bergen-d4e5f6  …a/code/shop/bergen  a-service",
    ]


def test_paths_keep_their_ends_and_nothing_else_is_cut_on_the_narrowest_terminal() -> None:
    assert aligned(ROWS, header=HEADER, room=10)[1:] == [
        "accra-a1b2c3   …/shop/accra  web",
        "bergen-d4e5f6  …shop/bergen  a-service",
    ]


def test_columns_that_can_be_done_without_are_left_out_in_their_order_and_no_more_than_it_takes() -> None:
    table = [["1234", "1234", "1234"]]
    titles = ("a", "b", "c")
    assert without(table, titles, ("c", "b"), 16)[0] == ["a", "b", "c"]
    assert without(table, titles, ("c", "b"), 15)[0] == ["a", "b"]
    assert without(table, titles, ("c", "b"), 9) == [["a"], ["1234"]]


def test_the_longest_cells_are_cut_first() -> None:
    row = ["a-service-with-a-name", "456 KiB", "-"]
    assert narrowed([row], 26) == [["a-service-wit…", "456 KiB", "-"]]
    assert narrowed([row], 5) == [["a-servi…", "456 KiB", "-"]]
    assert narrowed([row], 33) == [row]


texts = st.text(st.sampled_from("ab 東\N{COMBINING ACUTE ACCENT}"), max_size=12)


@given(texts, st.integers(0, 15))
def test_what_is_cut_is_no_wider_than_the_room(text: str, room: int) -> None:
    for cut in (fitted(text, room), fitted_path(text, room)):
        assert width(cut) <= room or cut == text
    assert fitted(text, width(text)) == text


@given(st.lists(st.lists(texts, min_size=3, max_size=3), min_size=1, max_size=4))
def test_each_column_begins_at_one_place(rows: list[list[str]]) -> None:
    lines = aligned([*row[:2], "|"] for row in rows)
    assert len({width(line) for line in lines}) == 1
