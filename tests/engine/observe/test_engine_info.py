"""How many more networks fit into an engine's address pools."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wtc.engine.observe.engine_info import DEFAULT_POOLS, networks_left

SMALL = [("10.0.0.0/24", 26)]


@pytest.mark.parametrize(
    ("pools", "used", "left"),
    [
        (DEFAULT_POOLS, [], 31),
        (DEFAULT_POOLS, ["172.17.0.0/16"], 30),
        (DEFAULT_POOLS, ["172.21.0.0/16", "192.168.16.0/20"], 29),
        (DEFAULT_POOLS, ["10.1.0.0/16"], 31),
        (DEFAULT_POOLS, ["192.168.0.0/16"], 15),
        (SMALL, [], 4),
        (SMALL, ["10.0.0.0/26", "10.0.0.1/26"], 3),
        (SMALL, ["10.0.0.130/30", "10.0.0.190/31"], 3),
        (SMALL, ["10.0.0.64/25"], 2),
        (SMALL, ["10.0.0.0/8"], 0),
        (SMALL, ["fd00::/64", "", "nonsense"], 4),
        ([("fd00::/48", 64), ("10.0.0.0/24", 8), ("", 0)], [], 0),
    ],
)
def test_subnet_occupies_each_network_that_it_overlaps(
    pools: list[tuple[str, int]], used: list[str], left: int
) -> None:
    assert networks_left(pools, used) == left


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(8, 32)), max_size=5), st.integers(20, 24))
def test_count_agrees_with_checking_each_network(used: list[tuple[int, int]], size: int) -> None:
    taken = [
        ipaddress.IPv4Network((0x0A000000 | (address & 0xFFFFFF), length), strict=False) for address, length in used
    ]
    places = ipaddress.IPv4Network("10.0.0.0/16").subnets(new_prefix=size)
    free = [place for place in places if not any(place.overlaps(subnet) for subnet in taken)]
    assert networks_left([("10.0.0.0/16", size)], map(str, taken)) == len(free)
