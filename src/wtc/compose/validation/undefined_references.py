"""Find references of services to undefined resources. Source: compose-spec, `depends_on` and top-level elements."""

from collections.abc import Iterable, Iterator

from wtc.compose.loader.select_services import service_dependencies
from wtc.compose.tree.accessors import get_child, get_fields, get_items, get_string
from wtc.compose.tree.node import Mapping, Node, Scalar
from wtc.model.diagnostic import Diagnostic
from wtc.model.position import Path, Position
from wtc.nearest_name import nearest_name

_KINDS = ("services", "networks", "volumes", "configs", "secrets", "models")


def undefined_references(name: str, service: Mapping, root: Mapping, disabled: Mapping) -> Iterator[Diagnostic]:
    """Return a diagnostic for each undefined resource or dependency. `disabled` are the disabled services."""
    return (finding for _, finding in _missing_resources(name, service, root, disabled))


def undefined_beside_errors(errors: Iterable[Diagnostic], root: Mapping, disabled: Mapping) -> Iterator[Diagnostic]:
    """Yield the undefined references of a file with errors, except those that one of the errors may have caused."""
    reported = [error.path for error in errors]
    # If a whole section has an error, its definitions are unknown.
    if any(len(path) < 2 or path[0] not in _KINDS for path in reported):
        return
    for name, service in get_fields(root.items.get("services")).items():
        if isinstance(service, Mapping):
            for place, finding in _missing_resources(name, service, root, disabled):
                if not any(_overlaps(path, finding.path[:3]) or path[:2] == place for path in reported):
                    yield finding


def _overlaps(path: Path, attribute: Path) -> bool:
    """Return whether one path contains the other."""
    return path[: len(attribute)] == attribute[: len(path)]


def _missing_resources(
    name: str, service: Mapping, root: Mapping, disabled: Mapping
) -> Iterator[tuple[Path, Diagnostic]]:
    """Yield the diagnostics of `undefined_references` with the path where each resource would be defined."""
    for kind, attribute, used, near in _used(service):
        defined = get_fields(root.items.get(kind))
        if used not in defined:
            yield (
                (kind, used),
                Diagnostic(
                    message=f"service `{name}` uses {kind[:-1]} `{used}`, which is not defined",
                    position=_position(near, service, attribute),
                    path=("services", name, *attribute),
                    hint=nearest_name(used, defined) or _how_to_define(kind, used),
                ),
            )
    for finding in _dependencies(name, service, root, disabled):
        yield ("services", str(finding.path[-1])), finding


def _used(service: Mapping) -> Iterator[tuple[str, Path, str, Node]]:
    """Yield (kind, attribute path, name, node) for each use of a top-level resource."""
    for kind in ("networks", "models"):
        items = service.items.get(kind)
        for name, item in get_fields(items).items():
            yield kind, (kind, name), name, _key(items, name, item)
    for index, mount in enumerate(get_items(service.items.get("volumes"))):
        source = get_child(mount, "source")
        if get_string(get_child(mount, "type")) == "volume" and source is not None and (name := get_string(source)):
            yield "volumes", ("volumes", index), name, source
    for kind in ("configs", "secrets"):
        yield from _grants(service.items.get(kind), kind, (kind,))
    yield from _grants(get_child(service.items.get("build"), "secrets"), "secrets", ("build", "secrets"))


def _grants(node: Node | None, kind: str, attribute: tuple[str, ...]) -> Iterator[tuple[str, Path, str, Node]]:
    for index, grant in enumerate(get_items(node)):
        source = get_child(grant, "source")
        yield kind, (*attribute, index), get_string(source) or "", source or grant


def _dependencies(name: str, service: Mapping, root: Mapping, disabled: Mapping) -> Iterator[Diagnostic]:
    services = get_fields(root.items.get("services"))
    for other, dependency in service_dependencies(service).items():
        off = disabled.items.get(other)
        required = get_child(dependency, "required")
        if other in services or (off and isinstance(required, Scalar) and required.value is False):
            continue
        missing, hint = "which is not defined", nearest_name(other, services)
        if off:
            profiles = ", ".join(f"`{get_string(p)}`" for p in get_items(get_fields(off).get("profiles")))
            missing = "which no active profile enables"
            hint = f"to enable it, activate one of its profiles: {profiles}; or write `required: false`"
        yield Diagnostic(
            message=f"service `{name}` depends on `{other}`, {missing}",
            position=_position(_key(service.items.get("depends_on"), other, dependency), service, ("depends_on",)),
            path=("services", name, "depends_on", other),
            hint=hint,
        )


def _position(near: Node, service: Mapping, attribute: Path) -> Position:
    """Return the node's position, or that of its attribute if the node is not in a file."""
    return near.position if near.position.file else service.keys.get(str(attribute[0]), service.position)


def _how_to_define(kind: str, name: str) -> str:
    if kind == "volumes" and "/" in name:
        return f"to mount a folder of this machine, write `./{name}`"
    if kind in {"networks", "volumes"}:
        return f"to define it, add `{kind}: {{{name}: {{}}}}`"
    return f"to define it, add it under `{kind}:`"


def _key(mapping: Node | None, name: str, item: Node) -> Node:
    """Return a node at the key's position, for a message about the key."""
    if isinstance(mapping, Mapping) and name in mapping.keys:
        return Scalar(name, mapping.keys[name])
    return item
