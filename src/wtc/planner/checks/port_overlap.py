"""Check whether two host addresses overlap, so that only one can use a port. Source: Engine API, PortBinding."""


def addresses_overlap(one: str, other: str) -> bool:
    """Whether a port that is bound at one address is in use at the other. Source: ip(7), ipv6(7).

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
