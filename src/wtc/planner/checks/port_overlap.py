"""Whether two host addresses share a port. Source: Engine API, PortBinding; ip(7), ipv6(7)."""


def addresses_overlap(one: str, other: str) -> bool:
    """Whether a port that is bound at one address is taken at the other.

    An empty address is every address of both families, `0.0.0.0` and `::` are every address of one.
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
