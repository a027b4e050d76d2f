"""Whether wtc chooses the subnets of a stack's networks, and from which addresses."""

import os
import sys
from collections.abc import Collection, Iterable

from wtc.engine.client.json_access import get_objects, get_text
from wtc.model.desired import Desired
from wtc.model.observed import Observed, SubnetPool
from wtc.planner.networks import is_missing_or_diverged
from wtc.planner.subnets import takes_subnet
from wtc.ports.host_routes import read_host_routes
from wtc.settings.settings import SUBNET_POOL, Settings, Source
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

DEFAULT_BRIDGE = "bridge"
"""The network of containers that name none; its name is fixed."""


def needs_subnets(desired: Desired, observed: Observed) -> bool:
    """Return whether `up` creates networks whose subnets wtc may choose."""
    return any(takes_subnet(n) and is_missing_or_diverged(n, observed) for n in desired.networks.values())


def read_subnet_pool(engine: "Engine", settings: Settings, observed: Observed) -> SubnetPool | None:
    """Return the addresses to choose from; None if the engine chooses.

    It does if it has configured address pools, or if it is on another machine, whose routes are unknown, and no pool is
    configured here. Source: Engine API, GET /info, `DefaultAddressPools`.
    """
    pool = settings.of(SUBNET_POOL)
    info = engine.info()
    if get_objects(info, "DefaultAddressPools"):
        return None
    routes = read_host_routes()
    bridge = observed.networks.get(DEFAULT_BRIDGE)
    local = (
        engine.address.startswith("unix:")
        and get_text(info, "OSType") == sys.platform
        and get_text(info, "KernelVersion") == os.uname().release
        and shares_routes(bridge.subnets if bridge else (), routes)
    )
    if pool.source is Source.DEFAULT and not local:
        return None
    return SubnetPool(ranges=pool.value, routes=routes if local else ())


def shares_routes(subnets: Iterable[str], routes: Collection[str]) -> bool:
    """Return whether an engine with these subnets on its bridge uses this routing table, not another namespace's.

    Pure. An engine without a default bridge is taken to be one that does.
    """
    return all(subnet in routes for subnet in subnets if ":" not in subnet)
