"""The IPv4 routes of this machine. Source: proc(5), `/proc/net/route`: the main routing table."""

import ipaddress
import sys
from collections.abc import Iterable, Iterator

ROUTES = "/proc/net/route"


def read_host_routes(path: str = ROUTES) -> tuple[str, ...]:
    """Return the destinations of this machine's routes in CIDR notation; empty where they cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
    except OSError:
        return ()
    return tuple(dict.fromkeys(parse_routes(lines[1:])))


def parse_routes(lines: Iterable[str]) -> Iterator[str]:
    """Yield the destinations of a table, given without its header; skip lines of another form."""
    for line in lines:
        columns = line.split()
        try:
            address, mask = (int(columns[at], 16).to_bytes(4, sys.byteorder) for at in (1, 7))
            yield str(ipaddress.IPv4Network((address, int.from_bytes(mask).bit_count()), strict=False))
        except (IndexError, ValueError, OverflowError):
            continue
