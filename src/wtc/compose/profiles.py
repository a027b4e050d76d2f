"""Which services are on. Source: compose-spec, Profiles."""

from wtc.compose.access import elements, fields, string
from wtc.compose.node import Mapping, Node


def named(service: Node) -> list[str]:
    """The profiles that the service belongs to."""
    return [name for item in elements(fields(service).get("profiles")) if (name := string(item)) is not None]


def split(services: Mapping, active: tuple[str, ...]) -> tuple[Mapping, Mapping]:
    """The services that the active profiles enable, and the others. Without profiles a service is always on."""
    on: dict[str, Node] = {}
    off: dict[str, Node] = {}
    for name, service in services.items.items():
        wanted = named(service)
        enabled = not wanted or "*" in active or any(profile in active for profile in wanted)
        (on if enabled else off)[name] = service
    return Mapping(on, services.position, services.keys), Mapping(off, services.position, services.keys)
