"""The order of the tests for the workers of pytest-xdist."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.worker_blocks import in_blocks


@pytest.mark.parametrize(
    ("items", "workers", "expected"),
    [
        ("", 2, ""),
        ("cba", 1, "abc"),
        # Two blocks of six: each begins with one long test, then has a run of the engine's tests.
        ("ccccaabbbbcc", 2, "abbcccabbccc"),
        # Three blocks of two.
        ("cacaca", 3, "acacac"),
        # More long tests than a block has room for.
        ("aaab", 4, "aaab"),
    ],
)
def test_each_block_has_its_share_of_each_rank(items: str, workers: int, expected: str) -> None:
    assert "".join(in_blocks(items, workers, "abc".index)) == expected


@given(st.lists(st.tuples(st.integers(0, 2), st.integers()), unique=True), st.integers(1, 6))
def test_no_item_is_lost_or_repeated(items: list[tuple[int, int]], workers: int) -> None:
    assert sorted(in_blocks(items, workers, lambda item: item[0])) == sorted(items)
