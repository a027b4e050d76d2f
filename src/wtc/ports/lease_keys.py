"""The names of leases: `web/80/tcp`, `web:2/80/tcp` for a replica, `web/80/tcp#1` for a second entry. Pure."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

# No service has a colon in its name; dots and digits it may have.
_KEY = re.compile(
    r"(?P<service>[^/:]+)(?::(?P<number>[0-9]{1,9}))?"
    r"/(?P<target>[0-9]{1,5})/(?P<protocol>[^/#]+)(?:#(?P<entry>[0-9]{1,9}))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortSlot:
    """What a key names. `number` is the replica, from 1; `entry` counts those for one container port, from 0."""

    service: str
    target: int
    protocol: str
    number: int = 1
    entry: int = 0


def lease_keys(service: str, number: int, ports: Iterable[tuple[int, str]]) -> list[str]:
    """The key of each of a replica's published ports, in order; `ports` are (target, protocol)."""
    seen = Counter[tuple[int, str]]()
    keys: list[str] = []
    for target, protocol in ports:
        entry = seen[target, protocol]
        keys.append(
            lease_key(PortSlot(service=service, number=number, target=target, protocol=protocol, entry=entry)),
        )
        seen[target, protocol] += 1
    return keys


def lease_key(place: PortSlot) -> str:
    """The place as a key."""
    replica = f"{place.service}:{place.number}" if place.number > 1 else place.service
    key = f"{replica}/{place.target}/{place.protocol}"
    return f"{key}#{place.entry}" if place.entry else key


def port_slot(key: str) -> PortSlot | None:
    """The key as a place; None if it is not a valid key."""
    found = _KEY.fullmatch(key)
    if found is None:
        return None
    return PortSlot(
        service=found["service"],
        target=int(found["target"]),
        protocol=found["protocol"],
        number=int(found["number"] or 1),
        entry=int(found["entry"] or 0),
    )
