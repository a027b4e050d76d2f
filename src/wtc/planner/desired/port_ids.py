"""Which port each entry of a service's `ports` is."""

from collections import Counter
from collections.abc import Iterable

from wtc.model.ports import PortBinding, PortId
from wtc.model.service import Port


def port_ids(service: str, number: int, ports: Iterable[Port | PortBinding]) -> list[PortId]:
    """Return the identity of each of a replica's published ports, in their order."""
    seen = Counter[tuple[int, str]]()
    ids: list[PortId] = []
    for port in ports:
        place = (port.target, port.protocol)
        ids.append(
            PortId(service=service, number=number, target=port.target, protocol=port.protocol, entry=seen[place])
        )
        seen[place] += 1
    return ids
