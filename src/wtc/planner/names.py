"""The names of containers, networks, volumes and images on the engine. Pure."""

from collections.abc import Iterable, Mapping

from wtc.model.namespace import Namespace


def container_name(namespace: Namespace, service: str, number: int) -> str:
    """Return `accra-a1b2c3_web`, with a number from the second replica on: `accra-a1b2c3_web_2`."""
    return f"{namespace.name}_{service}" if number == 1 else f"{namespace.name}_{service}_{number}"


def replacement_name(container: str) -> str:
    """Return the temporary name of a container's replacement; no namespace starts with its prefix."""
    return f"next_{container}"


def image_reference(namespace: Namespace, service: str) -> str:
    """Return the tag of the image that is built for a service."""
    return f"{namespace.name}-{service.lower().strip('._-')}"


def network_names(namespace: Namespace, keys: Iterable[str]) -> Mapping[str, str]:
    """Return network key -> name on the engine. The default network has the name `net` even if another key is `net`."""
    keys = list(keys)
    names = {key: f"{namespace.name}_{'net' if key == 'default' else key}" for key in keys}
    if "default" in names and "net" in names:
        name = f"{namespace.name}_net_net"
        while name in names.values():
            name += "_net"
        names["net"] = name
    return names


def volume_name(namespace: Namespace, key: str) -> str:
    """Return `accra-a1b2c3_db_data`."""
    return f"{namespace.name}_{key}"
