"""Select services by profile. Source: compose-spec, Profiles."""

from wtc.compose.tree.accessors import get_fields, get_items, get_string
from wtc.compose.tree.node import Mapping, Node


def service_profiles(service: Node) -> list[str]:
    """Return the profiles of the service."""
    return [name for item in get_items(get_fields(service).get("profiles")) if (name := get_string(item)) is not None]


def split_services(services: Mapping, active: tuple[str, ...]) -> tuple[Mapping, Mapping]:
    """Return the enabled and the disabled services. A service without profiles is always enabled."""
    on: dict[str, Node] = {}
    off: dict[str, Node] = {}
    for name, service in services.items.items():
        names = service_profiles(service)
        enabled = not names or "*" in active or any(name in active for name in names)
        (on if enabled else off)[name] = service
    return Mapping(on, services.position, services.keys), Mapping(off, services.position, services.keys)
