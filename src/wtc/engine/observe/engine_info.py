"""Read the engine's system information, for `doctor`. Source: Engine API, GET /info, /networks, /_ping."""

import ipaddress
from collections.abc import Iterable

from wtc.dataclass import dataclass
from wtc.engine.client.json_access import get_number, get_object, get_objects, get_text
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

DEFAULT_POOLS = (
    *((f"172.{second}.0.0/16", 16) for second in (17, 18, 19)),
    *((f"172.{second}.0.0/14", 16) for second in (20, 24, 28)),
    ("192.168.0.0/16", 20),
)
"""(base, prefix length of a network). Source: moby, daemon/libnetwork/ipamutils."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineInfo:
    """An engine's system information. Unknown values are empty or 0."""

    version: str
    system: str
    memory_bytes: int
    builder: str
    """`2` is BuildKit, `1` the legacy builder."""
    root: str
    """The engine's data folder, on the engine's machine."""
    networks: int
    networks_left: int
    """How many more networks fit into its address pools, judged by its own networks."""


def read_engine_info(engine: "Engine") -> EngineInfo:
    """Read the information with three calls."""
    info = engine.info()
    networks = engine.list("/networks", doing="list networks")
    ping = engine.call("GET", "/_ping", doing="read the engine's builder version")
    pools = [
        (get_text(p, "Base"), get_number(p, "Size")) for p in get_objects(info, "DefaultAddressPools")
    ] or DEFAULT_POOLS
    used = [get_text(c, "Subnet") for n in networks for c in get_objects(get_object(n, "IPAM"), "Config")]
    return EngineInfo(
        version=get_text(info, "ServerVersion"),
        system=get_text(info, "OperatingSystem"),
        memory_bytes=get_number(info, "MemTotal"),
        builder=str(ping.header("Builder-Version")),
        root=get_text(info, "DockerRootDir"),
        networks=len(networks),
        networks_left=networks_left(pools, used),
    )


def networks_left(pools: Iterable[tuple[str, int]], used: Iterable[str]) -> int:
    """Return how many IPv4 networks fit into the pools besides the used subnets; ignore invalid subnets."""
    taken = [n for n in map(_network, used) if n]
    left = 0
    for base, size in pools:
        pool = _network(base)
        if pool is None or not pool.prefixlen <= size <= 32:
            continue
        occupied: set[int] = set()
        for subnet in taken:
            if subnet.overlaps(pool):
                occupied |= set(_overlapping_slots(pool, size, subnet))
        left += (1 << (size - pool.prefixlen)) - len(occupied)
    return left


def _overlapping_slots(pool: ipaddress.IPv4Network, size: int, subnet: ipaddress.IPv4Network) -> range:
    """Return the indexes, from 0, of the pool's networks that the subnet overlaps."""
    span = 32 - size
    first = max(int(subnet.network_address), int(pool.network_address)) - int(pool.network_address)
    last = min(int(subnet.broadcast_address), int(pool.broadcast_address)) - int(pool.network_address)
    return range(first >> span, (last >> span) + 1)


def _network(subnet: str) -> ipaddress.IPv4Network | None:
    try:
        return ipaddress.IPv4Network(subnet, strict=False)
    except ValueError:
        return None
