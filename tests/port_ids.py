"""Ports in tests, written as the registry writes them: `web/80/tcp`."""

from collections.abc import Mapping
from typing import TypeVar

from wtc.model.ports import PortId
from wtc.registry.port_keys import format_port_key, parse_port_key

T = TypeVar("T")


def port_id(key: str) -> PortId:
    found = parse_port_key(key)
    assert found is not None, f"`{key}` does not name a port"
    return found


def by_id(ports: Mapping[str, T]) -> dict[PortId, T]:
    return {port_id(key): value for key, value in ports.items()}


def by_key(ports: Mapping[PortId, T]) -> dict[str, T]:
    return {format_port_key(port): value for port, value in ports.items()}
