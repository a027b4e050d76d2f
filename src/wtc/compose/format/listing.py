"""List parts of the project as `docker compose config --services` and the like do; each function returns lines."""

from wtc.compose.format.config_hash import service_hash
from wtc.compose.loader.loaded_project import LoadedProject
from wtc.compose.loader.select_services import service_dependencies
from wtc.compose.tree.accessors import get_child, get_fields, get_string
from wtc.compose.tree.node import Mapping, Node


def services(loaded: LoadedProject) -> list[str]:
    """`--services`, dependencies first."""
    return in_dependency_order(get_fields(loaded.root.items.get("services")))


def volumes(loaded: LoadedProject) -> list[str]:
    """`--volumes`, sorted."""
    return sorted(get_fields(loaded.root.items.get("volumes")))


def networks(loaded: LoadedProject) -> list[str]:
    """`--networks`, sorted."""
    return sorted(get_fields(loaded.root.items.get("networks")))


def models(loaded: LoadedProject) -> list[str]:
    """`--models`: the AI models that services use, sorted."""
    found = get_fields(loaded.root.items.get("models")).values()
    return sorted({name for item in found if (name := get_string(get_child(item, "model")))})


def profiles(loaded: LoadedProject) -> list[str]:
    """`--profiles`: the profiles of all services, enabled or not."""
    return list(loaded.all_profiles)


def images(loaded: LoadedProject) -> list[str]:
    """`--images`: for each service, its `image` or the name of the image it builds."""
    return [
        get_string(get_child(service, "image")) or f"{loaded.name}-{name}"
        for name, service in sorted(get_fields(loaded.root.items.get("services")).items())
        if "provider" not in get_fields(service)
    ]


def hashes(loaded: LoadedProject, names: tuple[str, ...] = ()) -> list[str]:
    """`--hash`: `SERVICE HASH`. The project must be loaded with `fold_env_files=False`."""
    found = get_fields(loaded.root.items.get("services"))
    chosen = ((name, found.get(name)) for name in sorted(names or found))
    return [f"{name} {service_hash(service)}" for name, service in chosen if isinstance(service, Mapping)]


def variables(loaded: LoadedProject) -> list[str]:
    """`--environment`: the project environment as `NAME=value`, sorted."""
    return [f"{name}={value}" for name, value in sorted(loaded.environment.items())]


def in_dependency_order(found: dict[str, Node]) -> list[str]:
    """Return the service names, dependencies first, otherwise sorted by name."""
    waiting = {name: sum(d in found for d in service_dependencies(item)) for name, item in sorted(found.items())}
    dependents: dict[str, list[str]] = {name: [] for name in waiting}
    for name in waiting:
        for dependency in service_dependencies(found[name]):
            if dependency in found:
                dependents[dependency].append(name)
    order: list[str] = []
    ready = [name for name, count in waiting.items() if not count]
    while ready:
        order += ready
        freed: list[str] = []
        for dependent in (d for name in ready for d in dependents[name]):
            waiting[dependent] -= 1
            if not waiting[dependent]:
                freed.append(dependent)
        ready = sorted(freed)
    return order
