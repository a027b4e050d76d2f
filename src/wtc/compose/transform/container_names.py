"""Find the container names that the file assigns, and add the dependencies that follow from their uses.

In Docker Compose, `container:NAME` refers to a container of any project. If the file assigns NAME to a service,
`container:NAME` refers to the container of that service in this stack, and adds a dependency, like `service:NAME`.
"""

from wtc.compose.loader.profiles import service_profiles
from wtc.compose.transform.normalize import NAMESPACES
from wtc.compose.tree.accessors import get_fields, get_items, get_string
from wtc.compose.tree.node import Mapping, Node, Scalar

_CONTAINER = "container:"


def container_names(services: Mapping, project: str) -> dict[str, str]:
    """Return container name -> service. `project` is the name in the file, from which Docker Compose derives names.

    If services share a name, because their profiles are never active together, the first one gets it.
    """
    found: dict[str, str] = {}
    for name, service in sorted(services.items.items(), key=lambda item: bool(service_profiles(item[1]))):
        if given := get_string(get_fields(service).get("container_name")):
            found.setdefault(given, name)
    for name in services.items if project else ():
        found.setdefault(f"{project}-{name}-1", name)
        found.setdefault(f"{project}_{name}_1", name)
    return found


def with_dependencies(root: Mapping, names: dict[str, str]) -> Mapping:
    """Return the project with a dependency for each use of another service's container name."""
    services = root.items.get("services")
    if not isinstance(services, Mapping) or not names:
        return root
    changed = {name: _service(name, item, names) for name, item in services.items.items()}
    return Mapping(
        {**root.items, "services": Mapping(changed, services.position, services.keys)}, root.position, root.keys
    )


def _service(name: str, service: Node, names: dict[str, str]) -> Node:
    if not isinstance(service, Mapping):
        return service
    known = service.items.get("depends_on")
    needed = {names[text]: near for text, near in _used_names(service) if names.get(text, name) != name}
    missing = {other: _dependency(near) for other, near in needed.items() if other not in get_fields(known)}
    if not missing:
        return service
    keys = known.keys if isinstance(known, Mapping) else {}
    depends_on = Mapping({**missing, **get_fields(known)}, (known or service).position, keys)
    return Mapping({**service.items, "depends_on": depends_on}, service.position, service.keys)


def _used_names(service: Mapping) -> list[tuple[str, Node]]:
    """Return the container names that a service uses, with their nodes."""
    shared = [item for key in NAMESPACES if (item := service.items.get(key)) is not None]
    shared += get_items(service.items.get("volumes_from"))
    found = [(text.removeprefix(_CONTAINER), i) for i in shared if (text := get_string(i) or "").startswith(_CONTAINER)]
    found += [(get_string(item) or "", item) for item in get_items(service.items.get("external_links"))]
    return [(text.partition(":")[0], item) for text, item in found]


def _dependency(near: Node) -> Mapping:
    """Return an optional dependency: no active profile may enable the service of the container."""
    values = {"condition": "service_started", "restart": True, "required": False}
    return Mapping({key: Scalar(value, near.position) for key, value in values.items()}, near.position)
