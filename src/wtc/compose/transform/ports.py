"""Parse the short form of ports: `[[IP:]HOST:]CONTAINER[/PROTOCOL]`. Source: compose-spec, Services, ports."""

import re

from wtc.compose.tree.node import Mapping, Node, Scalar

PROTOCOLS = frozenset({"tcp", "udp", "sctp"})
NUMBER = re.compile(r"[0-9]+", re.ASCII)
REFERENCE = re.compile(r"\$(?:\{([_a-zA-Z][_a-zA-Z0-9]*)(?:\}|[:?+-])|([_a-zA-Z][_a-zA-Z0-9]*)$)", re.ASCII)


def parse_ports(text: str, node: Scalar) -> list[Mapping]:
    """Return the ports in long form, one for each container port, in Docker Compose's order.

    Raises:
        ValueError: the text is not a valid port; the message is the reason.
    """
    *front, container = text.split(":")
    host = front.pop() if front else ""
    address = ":".join(front)
    if address.startswith("[") and address.endswith("]"):
        address = address[1:-1]
    elif ":" in address:
        raise ValueError(f"the address `{address}` contains colons, which needs brackets around it")
    if address and not is_address(address):
        raise ValueError(f"`{address}` is not a valid IP address")
    number, _, protocol = container.partition("/")
    protocol = (protocol.partition("/")[0] or "tcp").lower()
    if not number:
        raise ValueError(f"`{text}` has no container port")
    if protocol not in PROTOCOLS:
        raise ValueError(f"`{protocol}` is not a valid protocol, expected `tcp`, `udp` or `sctp`")
    first, last = port_range(number, "container port")
    low, high = port_range(host, "host port") if host else (0, 0)
    if host and high - low != last - first and first != last:
        raise ValueError(f"`{text}` publishes {last - first + 1} container ports on {high - low + 1} host ports")
    raw = _published_text(node.raw)

    common: dict[str, Node] = {
        "mode": Scalar("ingress", node.position),
        "protocol": Scalar(protocol, node.position, protocol),
    }
    if address:
        common["host_ip"] = Scalar(address, node.position, address)

    def entry(target: int) -> Mapping:
        items = dict(common)
        if target:
            items["target"] = Scalar(target, node.position)
        if host:
            published = f"{low}-{high}" if first == last and low != high else str(low + target - first)
            items["published"] = Scalar(published, node.position, raw if first == last else published)
        return Mapping(items, node.position)

    # Sorted as text (10 before 9), because the order is part of the config hash.
    return [entry(target) for target in sorted(range(first, last + 1), key=lambda target: f"{target}/{protocol}")]


def published_ports(text: str) -> range:
    """Return the host ports of the long form's `published`; empty for any free port.

    Raises:
        ValueError: the text is not a valid port or range of ports; says why.
    """
    low, high = port_range(text, "host port") if text else (0, -1)
    return range(low, high + 1)


def _published_text(raw: str) -> str:
    """Return the host port of a short form as written. Colons inside `${...}` are not separators."""
    sections: list[str] = []
    section, depth = "", 0
    for index, char in enumerate(raw):
        if char == "{" and index and raw[index - 1] == "$":
            depth += 1
        elif char == "}" and depth:
            depth -= 1
        if char == ":" and not depth:
            sections.append(section)
            section = ""
        else:
            section += char
    return sections[-1] if sections else ""


def reference_name(raw: str) -> str:
    """Return the name of the variable if the text is exactly one reference (`${WEB_PORT:-8080}`), otherwise empty."""
    found = REFERENCE.match(raw)
    if found is None:
        return ""
    if found[2]:
        return found[2]
    depth = 0
    for index, char in enumerate(raw):
        if char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if not depth:
                return found[1] if index == len(raw) - 1 else ""
    return ""


def port_range(text: str, what: str) -> tuple[int, int]:
    """Return the first and the last port.

    Raises:
        ValueError: the text is not a port or a range of ports.
    """
    parts = text.split("-")
    bounds = [parts[0], parts[min(1, len(parts) - 1)]]  # Docker Compose ignores what follows a second dash
    for bound in bounds:
        if not NUMBER.fullmatch(bound) or len(bound) > 20 or int(bound) > 65535:
            raise ValueError(f"{what} `{text}` is not a port or port range within 0-65535")
    low, high = int(bounds[0]), int(bounds[1])
    if high < low:
        raise ValueError(f"{what} range `{text}` ends before it starts")
    return low, high


def is_address(text: str) -> bool:
    """Return whether the text is an IPv4 or IPv6 address."""
    parts = text.split(".")
    if len(parts) == 4 and all(NUMBER.fullmatch(p) for p in parts):
        return all(len(p) <= 3 and int(p) <= 255 and (p == "0" or p[0] != "0") for p in parts)
    if ":" not in text or "%" in text:
        return False
    from ipaddress import IPv6Address

    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True
