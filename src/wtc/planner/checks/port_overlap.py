"""Check whether two host ports overlap, so that only one container can use them. Source: Engine API, PortBinding."""

from wtc.model.ports import PortBinding


def bindings_overlap(one: PortBinding, other: PortBinding) -> bool:
    """Return whether they need the same host port at overlapping addresses."""
    same = (one.port, one.protocol) == (other.port, other.protocol)
    return same and addresses_overlap(one.host_ip, other.host_ip)


def addresses_overlap(one: str, other: str) -> bool:
    """Return whether a port that is bound at one address is in use at the other. Source: ip(7), ipv6(7).

    An empty address means all addresses of both families, `0.0.0.0` and `::` all addresses of one family.
    """
    from ipaddress import IPv4Address, IPv6Address, ip_address

    if not one or not other or one == other:
        return True

    def read(text: str) -> IPv4Address | IPv6Address:
        address = ip_address(text.strip("[]"))
        return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address

    try:
        first, second = read(one), read(other)
    except ValueError:
        return False
    if first.version != second.version:
        return False
    return first == second or first.is_unspecified or second.is_unspecified
