"""Rename references in a service to other containers and images of the stack. Pure.

The tables have one row for each attribute. `.context/compose-support.md` has them with examples.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from wtc.dataclass import dataclass, replace
from wtc.model.build import Build
from wtc.model.namespace import Namespace
from wtc.model.position import Path
from wtc.model.project import Project
from wtc.model.service import Service
from wtc.planner.desired.all_services import all_services
from wtc.planner.names import container_name, image_reference
from wtc.static_typing import Any, TypeAlias, cast

OF_IMAGE = "docker-image://"
OF_SERVICE = "service:"
OF_CONTAINER = "container:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The names of a stack's containers and images in the worktree."""

    namespace: Namespace
    services: Mapping[str, Service]
    """All services of the file."""
    containers: Mapping[str, str]
    """`container_name` in the file -> its service."""
    images: Mapping[str, str]
    """Familiar reference -> the service of the file that builds it."""

    def container(self, service: str) -> str:
        """Return the name of a service's first container."""
        return container_name(self.namespace, service, 1)

    def image(self, service: str) -> str:
        """Return the image of a service that has a build."""
        return image_reference(self.namespace, service)

    def own_image(self, reference: str, *, other_than: str = "") -> str:
        """Return the worktree's image for a reference that a service other than `beside` builds; empty if none does."""
        builder = self.images.get(familiar(reference), "")
        return self.image(builder) if builder and builder != other_than else ""


Rename: TypeAlias = Callable[[str, Names], Iterable[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A value that refers to another part of the stack: its path in the project, and its values in the worktree."""

    path: Path
    becomes: tuple[str, ...]


def names_of(project: Project, namespace: Namespace) -> Names:
    """Return the names of the project in the namespace, the same for every selection of services."""
    services = all_services(project)
    images: dict[str, str] = {}
    for service in services.values():
        for reference in (service.image, *service.build.tags) if service.build else ():
            if reference:
                images.setdefault(familiar(reference), service.name)
    return Names(namespace=namespace, services=services, containers=project.container_names, images=images)


def familiar(reference: str) -> str:
    """Return a reference in the form that Docker prints: `docker.io/library/redis` -> `redis:latest`.

    Source: distribution/reference, `FamiliarString`.
    """
    for prefix in ("index.docker.io/", "docker.io/", "library/"):
        reference = reference.removeprefix(prefix)
    return (
        reference if not reference or ":" in reference.rpartition("/")[2] or "@" in reference else f"{reference}:latest"
    )


def _shared(text: str, names: Names) -> Iterator[str]:
    """Rename `service:db` and `container:NAME`."""
    if text.startswith(OF_SERVICE) and text != OF_SERVICE:
        yield OF_CONTAINER + names.container(text.removeprefix(OF_SERVICE))
    elif service := names.containers.get(text.removeprefix(OF_CONTAINER)) if text.startswith(OF_CONTAINER) else None:
        yield OF_CONTAINER + names.container(service)
    else:
        yield text


def _volumes_from(text: str, names: Names) -> Iterator[str]:
    """`db:ro` -> `accra-a1b2c3_db:ro`; `container:x:ro` -> `x:ro`, or the stack's container for `container_name: x`."""
    name, colon, mode = text.removeprefix(OF_CONTAINER).partition(":")
    service = names.containers.get(name) if text.startswith(OF_CONTAINER) else name
    yield f"{names.container(service) if service else name}{colon}{mode}"


def _links(text: str, names: Names) -> Iterator[str]:
    """`db:database` -> `accra-a1b2c3_db:database`, and `accra-a1b2c3_db:db-1`, which Docker Compose adds."""
    service, _, alias = text.partition(":")
    container = names.container(service)
    yield f"{container}:{alias or service}"
    yield f"{container}:{service}-1"


def _external_links(text: str, names: Names) -> Iterator[str]:
    """Rename `NAME:alias` if NAME is a `container_name` of the file."""
    name, _, alias = text.partition(":")
    service = names.containers.get(name)
    yield f"{names.container(service)}:{alias or name}" if service else text


def _image(text: str, names: Names) -> Iterator[str]:
    yield names.own_image(text) or text


def _context(text: str, names: Names) -> Iterator[str]:
    """Replace `service:base` and `docker-image://base:dev` with the image of that service."""
    if text.startswith(OF_SERVICE):
        base = names.services.get(text.removeprefix(OF_SERVICE))
        if base is None:
            yield text
        elif base.build:
            yield OF_IMAGE + names.image(base.name)
        else:
            yield OF_IMAGE + (names.own_image(base.image) or base.image)
    elif text.startswith(OF_IMAGE):
        reference = text.removeprefix(OF_IMAGE)
        yield OF_IMAGE + (names.own_image(reference) or reference)
    else:
        yield text


IN_CONTAINERS: Mapping[str, Rename] = {
    "network_mode": _shared,
    "ipc": _shared,
    "pid": _shared,
    "cgroup": _shared,
    "uts": _shared,
    "volumes_from.*": _volumes_from,
    "links.*": _links,
    "external_links.*": _external_links,
    "image": _image,
}
IN_BUILDS: Mapping[str, Rename] = {"additional_contexts.*": _context}
"""The same below `build`."""
REFERENCES: Mapping[str, Rename] = {**IN_CONTAINERS, **{f"build.{path}": rename for path, rename in IN_BUILDS.items()}}
"""Path pattern in a service -> the function that renames the values there. `*` is each item of a list or mapping."""


def renamed_attributes(service: Service, names: Names) -> dict[str, Any]:
    """Return attribute -> value in the worktree, for those by which containers refer to other parts of the stack."""
    return {
        attribute: _replaced(getattr(service, attribute), steps, rename, names)
        for pattern, rename in IN_CONTAINERS.items()
        for attribute, *steps in (pattern.split("."),)
    }


def renamed_build(build: Build, names: Names) -> Build:
    """Return the build with all references to images of the stack renamed for the worktree."""
    for pattern, rename in IN_BUILDS.items():
        build = _replaced(build, pattern.split("."), rename, names)
    return build


def references(service: Service, names: Names) -> Iterator[Reference]:
    """Yield the values of the service that refer to another part of the stack."""
    for pattern, rename in REFERENCES.items():
        for path, text in _values(service, pattern.split(".")):
            becomes = tuple(rename(text, names))
            if becomes not in {(text,), (text.removeprefix(OF_CONTAINER),)}:
                yield Reference(path=("services", service.name, *path), becomes=becomes)


def _replaced(value: Any, steps: list[str], rename: Rename, names: Names) -> Any:
    """Return the value with the strings at `steps` renamed. Only in a list can one string become several."""
    match steps:
        case []:
            return next(iter(rename(value, names))) if value else value
        case ["*"] if isinstance(value, tuple):
            return tuple(new for text in cast("tuple[str, ...]", value) for new in rename(text, names))
        case ["*"]:
            return {key: _replaced(text, [], rename, names) for key, text in value.items()}
        case [attribute, *rest]:
            below = getattr(value, attribute)
            return replace(value, **{attribute: _replaced(below, rest, rename, names)}) if below else value
        case _:
            return value


def _values(value: Any, steps: list[str]) -> Iterator[tuple[Path, str]]:
    """Yield the strings at `steps` in a value, with their paths."""
    match steps:
        case []:
            yield (), value
        case ["*"] if isinstance(value, tuple):
            yield from (((index,), text) for index, text in enumerate(cast("tuple[str, ...]", value)))
        case ["*"]:
            yield from (((key,), text) for key, text in value.items())
        case [attribute, *rest]:
            if below := getattr(value, attribute):
                yield from (((attribute, *path), text) for path, text in _values(below, rest))
        case _:
            return
