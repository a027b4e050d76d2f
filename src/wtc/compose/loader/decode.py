"""Decode the canonical tree into the typed model. A field's name is its attribute, its type selects the reader.

`mem_limit_bytes` is `mem_limit` as a size, `interval_ns` is `interval` as a duration. Fields whose values are nested
deeper in the tree than in the model, or that have a special form, have a row in one of the tables below.
"""

from collections.abc import Callable, Collection, Mapping
from functools import cache
from types import GenericAlias, UnionType

from wtc.compose.loader.loaded_project import LoadedProject
from wtc.compose.support.report import report_unsupported
from wtc.compose.transform.ports import published_ports
from wtc.compose.tree import node as tree
from wtc.compose.tree.accessors import get_child, get_items, is_null, scalar_text
from wtc.compose.tree.accessors import get_fields as entries
from wtc.compose.tree.node import Node, Scalar
from wtc.dataclass import MISSING, fields
from wtc.model.build import Build, BuildSecret, BuildUlimit
from wtc.model.deploy import Deploy, GenericResource
from wtc.model.mounts import FileGrant, FileSource, Mount
from wtc.model.ports import ANY_PORT
from wtc.model.position import Path, Position
from wtc.model.project import AiModel, Network, PortVariable, Project, Volume
from wtc.model.service import Port, Service, Ulimit
from wtc.model.variable_use import VariableUse
from wtc.static_typing import Any, TypeAlias, TypeVar

T = TypeVar("T")
Read: TypeAlias = Callable[[Node], Any]


def decode_project(loaded: LoadedProject) -> Project:
    """Return the loaded project as the typed model."""
    root = loaded.root
    every, selected = get_child(loaded.whole, "services"), entries(get_child(root, "services"))
    return Project(
        name=loaded.name,
        working_dir=loaded.working_dir,
        files=loaded.files,
        services=_services(get_child(root, "services")),
        networks=_decode_section(root, "networks", lambda key, item: decode(item, Network, key=key)),
        volumes=_decode_section(root, "volumes", lambda key, item: decode(item, Volume, key=key)),
        secrets=_secrets(loaded),
        configs=_decode_section(root, "configs", lambda key, item: _file_source(item, "configs", key, loaded)),
        models=_decode_section(root, "models", lambda key, item: decode(item, AiModel, key=key)),
        others={name: service for name, service in _services(every).items() if name not in selected},
        order=tuple({**entries(every), **selected}),
        network_keys=_own_networks(loaded),
        container_names=loaded.container_names,
        disabled=frozenset(loaded.disabled.items),
        variable_uses=_uses(loaded),
        port_variables=tuple(
            PortVariable(service=str(service), index=int(index), name=name)
            for (service, index), name in loaded.port_variables.items()
        ),
        extension=tree.plain(root.items.get("x-wtc", Scalar(None))),
        warnings=(*loaded.warnings, *report_unsupported(root)),
        positions={**_positions_of_others(every, selected), **_positions(root)},
    )


def _services(node: Node | None) -> dict[str, Service]:
    return {name: decode(item, Service, name=name) for name, item in entries(node).items()}


def _own_networks(loaded: LoadedProject) -> tuple[str, ...]:
    networks = {**entries(get_child(loaded.whole, "networks")), **entries(get_child(loaded.root, "networks"))}
    return tuple(key for key, item in networks.items() if not decode(item, Network, key=key).external)


def _secrets(loaded: LoadedProject) -> dict[str, FileSource]:
    """Return the secrets of the whole project: the build of a service that is not selected may need one."""
    sources = {**entries(get_child(loaded.whole, "secrets")), **entries(get_child(loaded.root, "secrets"))}
    return {key: _file_source(item, "secrets", key, loaded) for key, item in sources.items()}


def decode(node: Node, cls: type[T], **given: str) -> T:
    """Return the node as the dataclass. `given` are fields that the tree does not contain, such as a service's key."""
    if reader := _WHOLE.get(cls):
        return reader(node)
    values: dict[str, Any] = {**_required(cls), **given}
    for name, paths, read in _field_plan(cls):
        for path in paths:
            found = get_child(node, *path)
            if found is not None and not is_null(found):
                values[name] = read(found)
                break
    return cls(**values)


def _decode_section(root: Node, section: str, read: Callable[[str, Node], T]) -> dict[str, T]:
    found = get_child(root, section)
    return {key: read(key, item) for key, item in found.items.items()} if isinstance(found, tree.Mapping) else {}


def _uses(loaded: LoadedProject) -> tuple[VariableUse, ...]:
    """Return the uses of variables that name a port, without duplicates."""
    names = set(loaded.port_variables.values())
    return tuple(dict.fromkeys(use for use in loaded.variable_uses if use.name in names))


def _positions(root: Node) -> dict[Path, Position]:
    return {path: node.position for path, node in tree.walk(root) if node.position.file}


def _positions_of_others(services: Node | None, selected: Collection[str]) -> dict[Path, Position]:
    """Return the positions in the services that are not selected: an error about a build may be about one of them."""
    others = {name: item for name, item in entries(services).items() if name not in selected}
    return {
        ("services", name, *path): position
        for name, item in others.items()
        for path, position in _positions(item).items()
    }


def _file_source(node: Node, section: str, key: str, loaded: LoadedProject) -> FileSource:
    variable = get_child(node, "environment")
    if isinstance(node, tree.Mapping) and isinstance(variable, Scalar):
        name = scalar_text(variable)
        known = loaded.contents.get((section, key, name), loaded.environment.get(name))
        if known is not None:
            node = tree.Mapping({**node.items, "content": Scalar(known, variable.position)}, node.position)
    return decode(node, FileSource)


@cache
def _field_plan(cls: type[Any]) -> list[tuple[str, tuple[tuple[str, ...], ...], Read]]:
    """Return (field, paths of its value, reader) for each field; the first path with a value is used."""
    plan: list[tuple[str, tuple[tuple[str, ...], ...], Read]] = []
    for field in fields(cls):
        name = field.name
        attribute = name.removesuffix("_bytes").removesuffix("_ns")
        places = _PLACES.get((cls, name)) or ((attribute,),)
        read = _READERS.get((cls, name)) or _size_reader(name) or _reader_for(field.type)
        plan.append((name, places, read))
    return plan


@cache
def _required(cls: type[Any]) -> dict[str, Any]:
    """Return an empty value for each field without a default."""
    needed = (f for f in fields(cls) if f.default is MISSING and f.default_factory is MISSING)
    return {f.name: 0 if f.type is int else "" for f in needed}


def _size_reader(name: str) -> Read | None:
    return _bytes if name.endswith("_bytes") else _nanoseconds if name.endswith("_ns") else None


def _bytes(node: Node) -> int:
    return int(_text(node))  # the canonical form is a number of bytes


def _nanoseconds(node: Node) -> int:
    from wtc.compose.transform.units import parse_duration

    return parse_duration(_text(node))


def _text(node: Node) -> str:
    return scalar_text(node) if isinstance(node, Scalar) else ""


def _integer(node: Node) -> int:
    value = node.value if isinstance(node, Scalar) else 0
    return int(value or 0)


def _number(node: Node) -> float:
    return float(_text(node))


def _boolean(node: Node) -> bool:
    return _text(node) == "true"


def _octal(node: Node) -> int:
    return int(_text(node), 8)


def _reader_for(kind: object) -> Read:
    """Return the reader for values of a type."""
    if kind in _SCALARS:
        return _SCALARS[kind]
    if isinstance(kind, UnionType):
        inner = _reader_for(kind.__args__[0])
        return lambda node: None if is_null(node) else inner(node)
    generic: Any = kind if isinstance(kind, GenericAlias) else None
    if generic and generic.__origin__ is tuple:
        item = _reader_for(generic.__args__[0])
        return lambda node: tuple(item(one) for one in get_items(node))
    if generic and generic.__origin__ is Mapping:
        return _mapping(generic.__args__[1])
    record: Any = kind
    return lambda node: decode(node, record)


def _mapping(kind: object) -> Read:
    value = _reader_for(kind)
    return lambda node: {key: value(item) for key, item in node.items.items()} if isinstance(node, tree.Mapping) else {}


def _hosts(node: Node) -> dict[str, tuple[str, ...]]:
    """Return `HOST=ADDRESS` entries as host -> addresses."""
    found: dict[str, tuple[str, ...]] = {}
    for item in get_items(node):
        host, _, address = _text(item).partition("=")
        found[host] = (*found.get(host, ()), address)
    return found


def _ulimit(node: Node) -> Ulimit:
    if isinstance(node, Scalar):
        return Ulimit(single=_integer(node))
    return (
        Ulimit(**{key: _integer(item) for key, item in node.items.items()})
        if isinstance(node, tree.Mapping)
        else Ulimit()
    )


def _build_ulimit(node: Node) -> BuildUlimit:
    limit = _ulimit(node)
    single = limit.single or 0
    return BuildUlimit(soft=limit.soft or single, hard=limit.hard or single)


def _published(node: Node) -> range:
    """Return the host ports; any free port if they are not valid, as they may be in a service that is not selected."""
    try:
        return published_ports(_text(node))
    except ValueError:
        return ANY_PORT


def _creates_host_path(mount: Node) -> bool:
    """Return whether the engine may create the host folder: `create_host_path`, or true without a `bind` section."""
    bind = get_child(mount, "bind")
    if bind is None:
        kind = get_child(mount, "type")
        return kind is not None and _text(kind) == "bind"
    create = get_child(bind, "create_host_path")
    return create is not None and _boolean(create)


_SCALARS: dict[object, Read] = {str: _text, int: _integer, float: _number, bool: _boolean}

_WHOLE: dict[type[Any], Read] = {Ulimit: _ulimit, BuildUlimit: _build_ulimit}
"""Types with more than one written form."""

_READERS: dict[tuple[type[Any], str], Read] = {
    (Build, "extra_hosts"): _hosts,
    (Service, "extra_hosts"): _hosts,
    (FileGrant, "mode"): _octal,
    (Port, "published"): _published,
    (Mount, "create_host_path"): _creates_host_path,
    (BuildSecret, "mode"): _octal,
}
"""Fields with a special written form."""

_PLACES: dict[tuple[type[Any], str], tuple[tuple[str, ...], ...]] = {
    (Service, "git_access"): (("x-wtc", "git"),),
    (Mount, "create_host_path"): ((),),
    (Mount, "propagation"): (("bind", "propagation"),),
    (Mount, "recursive"): (("bind", "recursive"),),
    (Mount, "selinux"): (("bind", "selinux"),),
    (Mount, "nocopy"): (("volume", "nocopy"),),
    (Mount, "subpath"): (("volume", "subpath"), ("image", "subpath")),
    (Mount, "tmpfs_size_bytes"): (("tmpfs", "size"),),
    (Mount, "tmpfs_mode"): (("tmpfs", "mode"),),
    (Deploy, "limits"): (("resources", "limits"),),
    (Deploy, "reservations"): (("resources", "reservations"),),
    (GenericResource, "kind"): (("discrete_resource_spec", "kind"),),
    (GenericResource, "value"): (("discrete_resource_spec", "value"),),
    (Network, "ipam_driver"): (("ipam", "driver"),),
    (Network, "ipam_pools"): (("ipam", "config"),),
    (Network, "ipam_options"): (("ipam", "options"),),
}
"""Fields whose values are nested deeper in the tree than in the model."""
