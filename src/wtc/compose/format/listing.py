"""What `docker compose config` lists instead of the whole project; each function gives its lines."""

from wtc.compose.format.config_hash import service_hash
from wtc.compose.loader.loaded_project import LoadedProject
from wtc.compose.loader.select_services import service_dependencies
from wtc.compose.tree.accessors import get_child, get_fields, get_string
from wtc.compose.tree.node import Mapping, Node


def services(loaded: LoadedProject) -> list[str]:
    """`--services`: what depends on nothing first."""
    return in_dependency_order(get_fields(loaded.root.items.get("services")))


def volumes(loaded: LoadedProject) -> list[str]:
    """`--volumes`, sorted."""
    return sorted(get_fields(loaded.root.items.get("volumes")))


def networks(loaded: LoadedProject) -> list[str]:
    """`--networks`, sorted."""
    return sorted(get_fields(loaded.root.items.get("networks")))


def profiles(loaded: LoadedProject) -> list[str]:
    """`--profiles`: those of all services, on or off."""
    return list(loaded.all_profiles)


def images(loaded: LoadedProject) -> list[str]:
    """`--images`: of each service, the one that it names or that its build makes."""
    return [
        get_string(get_child(service, "image")) or f"{loaded.name}-{name}"
        for name, service in sorted(get_fields(loaded.root.items.get("services")).items())
        if "provider" not in get_fields(service)
    ]


def hashes(loaded: LoadedProject, names: tuple[str, ...] = ()) -> list[str]:
    """`--hash`: `SERVICE HASH`; the project is to be loaded without `fold_env_files`."""
    found = get_fields(loaded.root.items.get("services"))
    chosen = ((name, found.get(name)) for name in sorted(names or found))
    return [f"{name} {service_hash(service)}" for name, service in chosen if isinstance(service, Mapping)]


def variables(loaded: LoadedProject) -> list[str]:
    """`--environment`: the project environment, `NAME=value`."""
    return [f"{name}={value}" for name, value in sorted(loaded.environment.items())]


def in_dependency_order(found: dict[str, Node]) -> list[str]:
    """The names, each after all that it depends on, sorted where nothing else decides."""
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
