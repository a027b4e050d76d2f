"""Put a worktree's own names, host ports and labels into a project, for tools that take a compose file. Pure.

Docker Compose, given the result, finds the containers, networks and volumes that wtc created.
"""

from collections.abc import Mapping as Table

from wtc.compose.loader.loaded_project import LoadedProject
from wtc.compose.tree.accessors import get_fields, get_string, with_entries
from wtc.compose.tree.node import Mapping, Node, Scalar, Sequence
from wtc.dataclass import replace
from wtc.model.desired import Desired, DesiredService, ResolvedService
from wtc.model.service import Port

OWN_LABELS = "com.wtc."
_JOINED = ("network_mode", "ipc", "pid", "uts", "cgroup")
_CONTAINER = "container:"


def namespaced(loaded: LoadedProject, desired: Desired) -> LoadedProject:
    """Return the project with the names of the stack. `desired` is resolved from the same files, for its services.

    A service with several replicas gets neither a container name nor fixed host ports, because one entry of a compose
    file cannot name those of each replica.
    """
    root = loaded.root
    services = {
        name: _service(node, desired.services[name], desired) if name in desired.services else node
        for name, node in get_fields(root.items.get("services")).items()
    }
    networks = _with_engine_names(
        root, "networks", {n.key: (n.name, n.labels, n.external) for n in desired.networks.values()}
    )
    volumes = _with_engine_names(
        root, "volumes", {v.key: (v.name, v.labels, v.external) for v in desired.volumes.values()}
    )
    name = desired.namespace.name
    changed = with_entries(root, name=Scalar(name), services=Mapping(services), networks=networks, volumes=volumes)
    return replace(loaded, root=changed, name=name)


def _with_engine_names(root: Mapping, kind: str, found: Table[str, tuple[str, Table[str, str], bool]]) -> Node | None:
    """Return the networks or volumes with their names on the engine. `found`: key -> name, labels, is external."""
    node = root.items.get(kind)
    if not isinstance(node, Mapping):
        return node
    items: dict[str, Node] = dict(node.items)
    for key, (name, labels, external) in found.items():
        if key in items and not external:
            entry = Mapping(get_fields(items[key]))
            items[key] = with_entries(entry, name=Scalar(name), labels=_labels(entry, labels))
    return Mapping(items, node.position, node.keys)


def _service(node: Node, service: DesiredService, desired: Desired) -> Node:
    found = Mapping(get_fields(node))
    if service.image.build is not None:
        # Other tags are not the worktree's own.
        build = with_entries(Mapping(get_fields(found.items.get("build"))), tags=None)
        found = with_entries(found, image=Scalar(service.image.reference), build=build)
    elif service.containers:
        found = with_entries(found, image=Scalar(service.containers[0].image))
    if not service.containers:
        return found
    spec = service.containers[0]
    config, single = spec.config, len(service.containers) == 1
    return with_entries(
        found,
        container_name=Scalar(spec.name) if single else None,
        labels=_labels(found, spec.labels) if single else found.items.get("labels"),
        ports=Sequence([_port(port, fixed=single) for port in config.ports]) if config.ports else None,
        networks=_attachments(found, config, service.name, desired),
        external_links=_texts(config.external_links),
        **{key: _joined(found, key, getattr(config, key)) for key in _JOINED if key in found.items},
        **({"volumes_from": _volumes_from(found, config)} if "volumes_from" in found.items else {}),
    )


def _labels(node: Mapping, labels: Table[str, str]) -> Node | None:
    """Return the labels of the file with wtc's own, by which wtc proves what belongs to a worktree."""
    own: dict[str, Node] = {key: Scalar(value) for key, value in labels.items() if key.startswith(OWN_LABELS)}
    merged = {**get_fields(node.items.get("labels")), **own}
    return Mapping(merged) if merged else None


def _port(port: Port, *, fixed: bool) -> Mapping:
    published = port.published
    text = str(published.start) if len(published) == 1 else f"{published.start}-{published.stop - 1}"
    entries: dict[str, Node | None] = {
        "name": Scalar(port.name) if port.name else None,
        "mode": Scalar(port.mode),
        "host_ip": Scalar(port.host_ip) if port.host_ip else None,
        "target": Scalar(port.target),
        "published": Scalar(text) if fixed and len(published) == 1 else None,
        "protocol": Scalar(port.protocol),
        "app_protocol": Scalar(port.app_protocol) if port.app_protocol else None,
    }
    return Mapping({key: value for key, value in entries.items() if value is not None})


def _attachments(node: Mapping, config: ResolvedService, service: str, desired: Desired) -> Node | None:
    """Return the service's networks with the aliases by which wtc makes it reachable."""
    before = node.items.get("networks")
    if not isinstance(before, Mapping):
        return before
    items: dict[str, Node] = dict(before.items)
    for network in desired.networks.values():
        attachment = config.networks.get(network.name)
        if attachment is not None and network.key in items:
            aliases = [alias for alias in attachment.aliases if alias != service]
            entry = Mapping(get_fields(items[network.key]))
            items[network.key] = with_entries(entry, aliases=_texts(aliases)) if aliases else items[network.key]
    return Mapping(items, before.position, before.keys)


def _joined(node: Mapping, key: str, resolved: str) -> Node | None:
    """Return a namespace that is joined: a container of the stack by its name, a service as the file has it."""
    written = node.items[key]
    return Scalar(resolved) if (get_string(written) or "").startswith(_CONTAINER) else written


def _volumes_from(node: Mapping, config: ResolvedService) -> Node:
    """Return the entries that name a container with its name on the engine; the others are services."""
    written = node.items["volumes_from"]
    texts = [get_string(item) or "" for item in written.items] if isinstance(written, Sequence) else []
    pairs = zip(texts, config.volumes_from, strict=False)
    return Sequence([Scalar(f"{_CONTAINER}{new}" if old.startswith(_CONTAINER) else old) for old, new in pairs])


def _texts(values: "tuple[str, ...] | list[str]") -> Node | None:
    return Sequence([Scalar(value) for value in values]) if values else None
