"""Ports as text in the registry: `web/80/tcp`, `web:2/80/tcp` for a replica, `web/80/tcp#1` for another entry. Pure."""

import re

from wtc.model.ports import PortId

# A service's name has no colon and no slash; dots and digits it may have.
_KEY = re.compile(
    r"(?P<service>[^/:]+)(?::(?P<number>[0-9]{1,9}))?"
    r"/(?P<target>[0-9]{1,20})/(?P<protocol>.*?)(?:#(?P<entry>[0-9]{1,9}))?",
    re.DOTALL,
)


def format_port_key(port: PortId) -> str:
    """Return the port as text."""
    replica = f"{port.service}:{port.number}" if port.number > 1 else port.service
    key = f"{replica}/{port.target}/{port.protocol}"
    return f"{key}#{port.entry}" if port.entry else key


def parse_port_key(text: str) -> PortId | None:
    """Return the port that the text names; None if it is not a valid key."""
    found = _KEY.fullmatch(text)
    if found is None:
        return None
    return PortId(
        service=found["service"],
        number=int(found["number"] or 1),
        target=int(found["target"]),
        protocol=found["protocol"],
        entry=int(found["entry"] or 0),
    )
