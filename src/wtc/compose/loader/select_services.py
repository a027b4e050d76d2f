"""Select the services that a command names, with their dependencies and the resources that they use."""

from collections.abc import Iterable

from wtc.compose.tree.accessors import get_child, get_fields, get_items, get_string
from wtc.compose.tree.node import Mapping, Node
from wtc.errors import UsageError
from wtc.nearest_name import nearest_name


def service_dependencies(service: Node) -> dict[str, Node]:
    """Return the `depends_on` entries of a service, by service name."""
    return get_fields(get_fields(service).get("depends_on"))


def select_services(services: Mapping, names: tuple[str, ...], inactive: Iterable[str] = ()) -> Mapping:
    """Return the named services and their transitive dependencies, in the project's order.

    `inactive`: the services that a name could also have meant: naming one activates it.

    Raises:
        UsageError: a name is not a service.
    """
    wanted: set[str] = set()
    waiting = list(names)
    for name in names:
        if name not in services.items:
            hint = nearest_name(name, {*services.items, *inactive})
            raise UsageError(f"no such service: `{name}`", hints=[hint] if hint else [])
    while waiting:
        name = waiting.pop()
        if name not in wanted and name in services.items:
            wanted.add(name)
            waiting += service_dependencies(services.items[name])
    selected = {name: item for name, item in services.items.items() if name in wanted}
    return Mapping(selected, services.position, services.keys)


def drop_unused(root: Mapping) -> Mapping:
    """Return the project without the networks, volumes, secrets, configs and models that no service uses."""
    used: dict[str, set[str]] = {
        "networks": set(),
        "volumes": set(),
        "secrets": set(),
        "configs": set(),
        "models": set(),
    }
    for service in get_fields(root.items.get("services")).values():
        entries = get_fields(service)
        used["networks"] |= get_fields(entries.get("networks")).keys()
        used["models"] |= get_fields(entries.get("models")).keys()
        for mount in get_items(entries.get("volumes")):
            if get_string(get_child(mount, "type")) == "volume":
                used["volumes"].add(get_string(get_child(mount, "source")) or "")
        for kind in ("secrets", "configs"):
            used[kind] |= {get_string(get_child(grant, "source")) or "" for grant in get_items(entries.get(kind))}
        used["secrets"] |= {
            get_string(get_child(g, "source")) or "" for g in get_items(get_child(entries.get("build"), "secrets"))
        }
    items = dict(root.items)
    for kind, names in used.items():
        resources = items.get(kind)
        if isinstance(resources, Mapping):
            selected = {name: item for name, item in resources.items.items() if name in names}
            items[kind] = Mapping(selected, resources.position, resources.keys)
    return Mapping(items, root.position, root.keys)
