"""What things are called on the engine. Source: product.md, Isolation."""

from collections.abc import Iterable, Mapping

from wtc.model.namespace import Namespace


def container_name(namespace: Namespace, service: str, number: int) -> str:
    """`accra-a1b2c3_web`, and `accra-a1b2c3_web_2` from the second replica on."""
    return f"{namespace.name}_{service}" if number == 1 else f"{namespace.name}_{service}_{number}"


def replacement_name(container: str) -> str:
    """The name that a replacement bears until it has taken over; no namespace begins so."""
    return f"next_{container}"


def image_reference(namespace: Namespace, service: str) -> str:
    """The tag of a built image."""
    return f"{namespace.name}-{service.lower().strip('._-')}"


def network_names(namespace: Namespace, keys: Iterable[str]) -> Mapping[str, str]:
    """Network key -> name on the engine. A network that is itself called `net` makes way for the default one."""
    keys = list(keys)
    names = {key: f"{namespace.name}_{'net' if key == 'default' else key}" for key in keys}
    if "default" in names and "net" in names:
        name = f"{namespace.name}_net_net"
        while name in names.values():
            name += "_net"
        names["net"] = name
    return names


def volume_name(namespace: Namespace, key: str) -> str:
    """`accra-a1b2c3_db_data`."""
    return f"{namespace.name}_{key}"
