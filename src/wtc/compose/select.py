"""The part of a project that a command is about: named services, what they depend on, and the resources these use."""

from wtc.compose.access import child, elements, fields, string
from wtc.compose.node import Mapping, Node
from wtc.compose.suggest import nearest
from wtc.errors import UsageError


def dependencies(service: Node) -> dict[str, Node]:
    """The services that a service depends on."""
    return fields(fields(service).get("depends_on"))


def chosen(services: Mapping, names: tuple[str, ...]) -> Mapping:
    """The named services and, however far, their dependencies, in the project's order.

    Raises:
        UsageError: there is no such service.
    """
    wanted: set[str] = set()
    waiting = list(names)
    for name in names:
        if name not in services.items:
            hint = nearest(name, services.items)
            raise UsageError(f"no such service: `{name}`", hints=[hint] if hint else [])
    while waiting:
        name = waiting.pop()
        if name not in wanted and name in services.items:
            wanted.add(name)
            waiting += dependencies(services.items[name])
    kept = {name: item for name, item in services.items.items() if name in wanted}
    return Mapping(kept, services.position, services.keys)


def without_unused(root: Mapping) -> Mapping:
    """The project without the networks, volumes, secrets and configs that no service uses."""
    used: dict[str, set[str]] = {
        "networks": set(),
        "volumes": set(),
        "secrets": set(),
        "configs": set(),
        "models": set(),
    }
    for service in fields(root.items.get("services")).values():
        entries = fields(service)
        used["networks"] |= fields(entries.get("networks")).keys()
        used["models"] |= fields(entries.get("models")).keys()
        for mount in elements(entries.get("volumes")):
            if string(child(mount, "type")) == "volume":
                used["volumes"].add(string(child(mount, "source")) or "")
        for kind in ("secrets", "configs"):
            used[kind] |= {string(child(grant, "source")) or "" for grant in elements(entries.get(kind))}
        used["secrets"] |= {string(child(g, "source")) or "" for g in elements(child(entries.get("build"), "secrets"))}
    items = dict(root.items)
    for kind, names in used.items():
        resources = items.get(kind)
        if isinstance(resources, Mapping):
            kept = {name: item for name, item in resources.items.items() if name in names}
            items[kind] = Mapping(kept, resources.position, resources.keys)
    return Mapping(items, root.position, root.keys)
