"""Which subnet a network gets: small, and free on the engine and on the host. Pure.

The same arguments give the same subnets. The engine has the last word: it can refuse a subnet, and then gets the next.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from wtc.errors import WtcError
from wtc.hashes import sha256
from wtc.model.desired import Desired
from wtc.model.observed import Observed, SubnetPool
from wtc.model.project import Network

LONGEST_PREFIX = 26
"""The smallest subnet: 64 addresses."""
RESERVED = 3
"""Addresses of a subnet that no container gets: network, gateway and broadcast."""
TRIES = 32
"""How many subnets an engine is offered before the network fails."""
DEFAULT_ROUTE_PREFIX = 4
"""Routes at most this long stand for a default route. VPNs split it in two or more (`0.0.0.0/1` and `128.0.0.0/1`)."""
_BRIDGES = {"", "bridge"}


def takes_subnet(network: Network) -> bool:
    """Return whether wtc chooses the network's subnet: with `ipam`, IPv6 or another driver the engine does."""
    own = network.ipam_driver or network.ipam_pools or network.ipam_options
    return (
        not (network.external or own or network.enable_ipv6)
        and network.enable_ipv4 is not False
        and network.driver in _BRIDGES
    )


def subnet_candidates(network: Network, desired: Desired, observed: Observed) -> tuple[str, ...]:
    """Return the subnets to offer the engine for a network to create; empty leaves the choice to the engine.

    Raises:
        WtcError: no subnet of the pool is free.
    """
    return subnets_for(network, most_containers(network, desired), desired.namespace.name, observed)


def subnets_for(network: Network, containers: int, namespace: str, observed: Observed) -> tuple[str, ...]:
    """Return the subnets for a network with room for so many containers: see `subnet_candidates`."""
    pool = observed.subnet_pool
    if pool is None or not takes_subnet(network):
        return ()
    prefix = prefix_length(containers)
    existing = [subnet for one in observed.networks.values() for subnet in one.subnets]
    # The subnet of a network that is recreated is free by then, and its route with it.
    own = observed.networks.get(network.name)
    replaced = set(own.subnets if own else ())
    used = [subnet for subnet in (*existing, *_specific(pool.routes)) if subnet not in replaced]
    key = f"{namespace}\0{network.name}"
    found = tuple(islice(free_subnets(pool, used, prefix=prefix, key=key), TRIES))
    if not found:
        raise _exhausted(network, pool, prefix)
    return found


def prefix_length(containers: int) -> int:
    """Return the prefix length of a subnet with room for twice the containers."""
    needed = 2 * containers + RESERVED
    return min(LONGEST_PREFIX, 32 - (needed - 1).bit_length())


def free_subnets(pool: SubnetPool, used: Iterable[str], *, prefix: int, key: str) -> Iterator[str]:
    """Yield each subnet of the pool that overlaps none in `used`, in an order that depends on `key` within a range.

    `used` are networks in CIDR notation; those that are not IPv4 are ignored.
    """
    import ipaddress

    taken = _merged(used)
    starts = [first for first, _ in taken]
    digest = sha256(key.encode("utf-8", "surrogatepass")).digest()
    for text in pool.ranges:
        base = ipaddress.IPv4Network(text)
        if base.prefixlen > prefix:
            continue
        count, size, first = 1 << (prefix - base.prefixlen), 1 << (32 - prefix), int(base.network_address)
        index, stride = (int.from_bytes(digest[at : at + 8]) for at in (0, 8))
        # A stride that shares no factor with the count visits every index.
        while math.gcd(stride, count) != 1:
            stride += 1
        for _ in range(count):
            start = first + index % count * size
            index += stride
            before = bisect_right(starts, start + size - 1) - 1
            if before < 0 or taken[before][1] < start:
                yield f"{ipaddress.IPv4Address(start)}/{prefix}"


def most_containers(network: Network, desired: Desired) -> int:
    """Return how many containers may be attached; services that are not selected count as one container each."""
    specs = (spec for service in desired.services.values() for spec in service.containers)
    return sum(network.name in spec.config.networks for spec in specs) + len(desired.undeclared)


def _specific(routes: Iterable[str]) -> list[str]:
    return [route for route in routes if int(route.rpartition("/")[2]) > DEFAULT_ROUTE_PREFIX]


def _merged(networks: Iterable[str]) -> Sequence[tuple[int, int]]:
    """Return the first and last address of each used range, in ascending order, without overlaps."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted(_bounds(networks)):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def _bounds(networks: Iterable[str]) -> Iterator[tuple[int, int]]:
    import ipaddress

    for text in networks:
        try:
            found = ipaddress.IPv4Network(text, strict=False)
        except ValueError:
            continue
        yield int(found.network_address), int(found.broadcast_address)


def _exhausted(network: Network, pool: SubnetPool, prefix: int) -> WtcError:
    ranges = ", ".join(f"`{one}`" for one in pool.ranges)
    return WtcError(
        f"no free subnet is left for network `{network.key}`",
        causes=[f"each /{prefix} in {ranges} overlaps an existing network or a route of this machine"],
        hints=[
            "to free the networks of worktrees that are gone, run `wtc clean --gone`",
            "to use other addresses, set `WTC_SUBNET_POOL`, for example to `10.64.0.0/12`",
        ],
    )
