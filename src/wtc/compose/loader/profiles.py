"""Which services are on. Source: compose-spec, Profiles."""

from wtc.compose.tree.accessors import get_fields, get_items, get_string
from wtc.compose.tree.node import Mapping, Node


def service_profiles(service: Node) -> list[str]:
    """The profiles that the service belongs to."""
    return [name for item in get_items(get_fields(service).get("profiles")) if (name := get_string(item)) is not None]


def split_services(services: Mapping, active: tuple[str, ...]) -> tuple[Mapping, Mapping]:
    """The services that the active profiles enable, and the others. Without profiles a service is always on."""
    on: dict[str, Node] = {}
    off: dict[str, Node] = {}
    for name, service in services.items.items():
        wanted = service_profiles(service)
        enabled = not wanted or "*" in active or any(profile in active for profile in wanted)
        (on if enabled else off)[name] = service
    return Mapping(on, services.position, services.keys), Mapping(off, services.position, services.keys)
