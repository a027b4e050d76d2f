"""The routes of this machine."""

import sys
from pathlib import Path

import pytest

from wtc.ports.host_routes import parse_routes, read_host_routes

TABLE = """\
Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	010200C0	0003	0	0	0	00000000	0	0	0
docker0	000011AC	00000000	0001	0	0	0	0000FFFF	0	0	0
tun0	0000010A	00000000	0001	0	0	0	0000FFFF	0	0	0
tun0	0A00000A	00000000	0005	0	0	0	FFFFFFFF	0	0	0
broken
eth1	xyz	0	0	0	0	0	0	0	0	0
"""
little_endian = pytest.mark.skipif(sys.byteorder != "little", reason="the table is of a little-endian machine")


@little_endian
def test_table_lists_the_destinations() -> None:
    assert list(parse_routes(TABLE.splitlines()[1:])) == ["0.0.0.0/0", "172.17.0.0/16", "10.1.0.0/16", "10.0.0.10/32"]


@little_endian
def test_routes_are_read_without_the_header(tmp_path: Path) -> None:
    (tmp_path / "route").write_text(TABLE)
    assert read_host_routes(str(tmp_path / "route"))[0] == "0.0.0.0/0"


def test_missing_table_has_no_routes(tmp_path: Path) -> None:
    assert read_host_routes(str(tmp_path / "route")) == ()
