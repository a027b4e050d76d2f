"""The address ranges from which wtc chooses the subnets of a stack's networks."""

from wtc.dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SubnetPool:
    """IPv4 ranges in CIDR notation, the preferred one first. `routes` are those of the host, in CIDR notation."""

    ranges: tuple[str, ...]
    routes: tuple[str, ...] = ()
