"""Convert short forms to long forms, so that later stages handle one form only.

Source: compose-spec, short and long syntaxes.
"""

from collections.abc import Callable

from wtc.compose.diagnostics import Diagnostics
from wtc.compose.transform import ports, volumes
from wtc.compose.tree.accessors import get_child, get_fields, get_items, get_string, is_null, kind_name
from wtc.compose.tree.apply_rules import Rule, apply_rules
from wtc.compose.tree.node import Mapping, Node, Scalar, Sequence
from wtc.compose.tree.path_patterns import Table
from wtc.model.position import Path, Position, dotted

MAX_PORTS = 100_000
"""Maximum number of container ports in a project."""


def canonicalize(root: Node, diagnostics: Diagnostics, *, interpolated: bool = True) -> Node:
    """Return the tree in long forms. Without interpolation, strings that cannot be parsed are kept as written."""
    if sum(
        _port_count(item)
        for s in get_fields(get_child(root, "services")).values()
        for item in get_items(get_child(s, "ports"))
    ) > (MAX_PORTS):
        near = root.items["services"] if isinstance(root, Mapping) else root
        diagnostics.error(f"the services publish more than {MAX_PORTS} ports", near.position, ("services",))
        diagnostics.check()
    return apply_rules(root, STRICT if interpolated else LENIENT, diagnostics)


def _port_count(node: Node) -> int:
    text = get_string(node)
    if text is None or "-" not in text:
        return 1
    try:
        first, last = ports.port_range(text.rpartition(":")[2].partition("/")[0], "")
    except ValueError:
        return 1
    return last - first + 1


def _leaf(value: str | int | bool | None, near: Node) -> Scalar:  # noqa: FBT001 (a value)
    return Scalar(value, near.position, "" if value is None else str(value))


def _mapping(near: Node, entries: dict[str, Node]) -> Mapping:
    return Mapping(entries, near.position, {key: item.position for key, item in entries.items()})


def _report_type(what: str, node: Node, path: Path, diagnostics: Diagnostics) -> Node:
    diagnostics.error(f"`{dotted(path)}` is {kind_name(node)}, expected {what}", node.position, path)
    return node


def _build(node: Node, path: Path, diagnostics: Diagnostics) -> Node:
    if get_string(node) is not None:
        return _mapping(node, {"context": node})
    return (
        node
        if isinstance(node, Mapping) or is_null(node)
        else _report_type("a folder or a mapping", node, path, diagnostics)
    )


def _names_to_mapping(default: Callable[[Node], Node]) -> Rule:
    """Return the rule that converts a list of names to a mapping."""

    def rule(node: Node, path: Path, diagnostics: Diagnostics) -> Node:
        if not isinstance(node, Sequence):
            return node
        entries: dict[str, Node] = {}
        keys: dict[str, Position] = {}
        for number, item in enumerate(node.items):
            name = get_string(item)
            if name is None:
                _report_type("a name", item, (*path, number), diagnostics)
                continue
            entries[name] = default(item)
            keys[name] = item.position
        return Mapping(entries, node.position, keys)

    return rule


def _dependency_started(node: Node) -> Node:
    return _mapping(node, {"condition": _leaf("service_started", node), "required": _leaf(True, node)})  # noqa: FBT003 (a value)


def _dependencies(node: Node, path: Path, diagnostics: Diagnostics) -> Node:
    node = _names_to_mapping(_dependency_started)(node, path, diagnostics)
    if not isinstance(node, Mapping):
        return node
    entries = {
        key: Mapping({**item.items, "required": _leaf(True, item)}, item.position, item.keys)  # noqa: FBT003 (a value)
        if isinstance(item, Mapping) and "required" not in item.items
        else item
        for key, item in node.items.items()
    }
    return Mapping(entries, node.position, node.keys)


def _environment_files(node: Node, path: Path, diagnostics: Diagnostics) -> Node:
    files = [node] if isinstance(node, Scalar) else node.items if isinstance(node, Sequence) else None
    if files is None:
        return _report_type("a file or a list of files", node, path, diagnostics)
    entries: list[Node] = []
    for item in files:
        if get_string(item) is not None:
            entries.append(_mapping(item, {"path": item, "required": _leaf(True, item)}))  # noqa: FBT003 (a value)
        elif isinstance(item, Mapping) and "required" not in item.items:
            entries.append(Mapping({**item.items, "required": _leaf(True, item)}, item.position, item.keys))  # noqa: FBT003 (a value)
        else:
            entries.append(item)
    return Sequence(entries, node.position)


def _one_or_more(node: Node, path: Path, diagnostics: Diagnostics) -> Node:  # noqa: ARG001 (a row of the table)
    return Sequence([node], node.position) if get_string(node) is not None else node


def _mount(node: Node, path: Path, diagnostics: Diagnostics, *, lenient: bool = False) -> Node:
    if not isinstance(node, Scalar):
        return node if isinstance(node, Mapping) else _report_type("a mount", node, path, diagnostics)
    text = get_string(node)
    if text is None:
        return _report_type("a mount", node, path, diagnostics)
    try:
        return volumes.parse_mount(text, node)
    except ValueError as error:
        if not lenient:
            diagnostics.error(
                f"`{dotted(path)}` is not a valid mount: {error}",
                node.position,
                path,
                hint="expected `[SOURCE:]TARGET[:OPTIONS]`",
            )
        return node


def _lenient_mount(node: Node, path: Path, diagnostics: Diagnostics) -> Node:
    return _mount(node, path, diagnostics, lenient=True)


def _ports(node: Node, path: Path, diagnostics: Diagnostics, *, lenient: bool = False) -> Node:
    if not isinstance(node, Sequence):
        return _report_type("a list of ports", node, path, diagnostics)
    entries: list[Node] = []
    for number, item in enumerate(node.items):
        if isinstance(item, Mapping):
            entries.append(item)
        elif isinstance(item, Scalar) and isinstance(item.value, str | int) and not isinstance(item.value, bool):
            try:
                entries += ports.parse_ports(str(item.value), item)
            except ValueError as error:
                if lenient:
                    return node
                item_path = (*path, number)
                message = f"`{dotted(item_path)}` is not a valid port: {error}"
                hint = "expected `[[IP:]HOST_PORT:]CONTAINER_PORT[/PROTOCOL]`"
                diagnostics.error(message, item.position, item_path, hint=hint)
        else:
            _report_type("a port", item, (*path, number), diagnostics)
    return Sequence(entries, node.position)


def _lenient_ports(node: Node, path: Path, diagnostics: Diagnostics) -> Node:
    return _ports(node, path, diagnostics, lenient=True)


def _grant(node: Node, path: Path, diagnostics: Diagnostics) -> Node:
    if get_string(node) is not None:
        return _mapping(node, {"source": node})
    return node if isinstance(node, Mapping) else _report_type("a name or a mapping", node, path, diagnostics)


def _device(node: Node, path: Path, diagnostics: Diagnostics) -> Node:
    text = get_string(node)
    if text is None:
        return node if isinstance(node, Mapping) else _report_type("a device", node, path, diagnostics)
    parts = text.split(":")
    if len(parts) > 3:
        message = f"`{dotted(path)}` is not a valid device: `{text}` has too many colons"
        diagnostics.error(message, node.position, path)
        return node
    source, target, permissions = (parts + [parts[0], "rwm"][len(parts) - 1 :])[:3]
    return _mapping(
        node, {"source": _leaf(source, node), "target": _leaf(target, node), "permissions": _leaf(permissions, node)}
    )


def _gpus(node: Node, path: Path, diagnostics: Diagnostics) -> Node:
    text = get_string(node)
    if text is None:
        return (
            node if isinstance(node, Sequence) else _report_type("`all` or a list of devices", node, path, diagnostics)
        )
    if text != "all":
        diagnostics.error(f"`{dotted(path)}` is `{text}`, expected `all` or a list of devices", node.position, path)
        return Sequence([], node.position)
    return Sequence([_mapping(node, {"count": _leaf("all", node)})], node.position)


def _ssh(node: Node, path: Path, diagnostics: Diagnostics) -> Node:
    if not isinstance(node, Sequence):
        return node if isinstance(node, Mapping) else _report_type("a list or a mapping", node, path, diagnostics)
    entries: dict[str, Node] = {}
    for number, item in enumerate(node.items):
        name, equals, socket = (get_string(item) or "").partition("=")
        if not equals and name != "default":
            item_path = (*path, number)
            message = f"`{dotted(item_path)}` does not name a socket or key"
            diagnostics.error(message, item.position, item_path, hint="expected `default` or `NAME=PATH`")
            continue
        entries[name] = _leaf(socket if equals else None, item)
    return Mapping(entries, node.position)


def _pairs(node: Node, path: Path, diagnostics: Diagnostics) -> Node:
    """Convert a list of `KEY=VALUE` to a mapping."""
    if not isinstance(node, Sequence):
        return node
    entries: dict[str, Node] = {}
    for number, item in enumerate(node.items):
        key, equals, value = (get_string(item) or "").partition("=")
        if not equals:
            item_path = (*path, number)
            message = f"`{dotted(item_path)}` is `{get_string(item) or kind_name(item)}`, expected `KEY=VALUE`"
            diagnostics.error(message, item.position, item_path)
            continue
        entries[key] = _leaf(value, item)
    return Mapping(entries, node.position)


def _resource(node: Node, path: Path, diagnostics: Diagnostics) -> Node:
    """Convert the deprecated `external: {name: x}` to `external: true` and `name: x`."""
    external = get_child(node, "external")
    if not isinstance(node, Mapping) or not isinstance(external, Mapping):
        return node
    entries: dict[str, Node] = {**node.items, "external": _leaf(True, external)}  # noqa: FBT003 (a value)
    name, old = node.items.get("name"), external.items.get("name")
    if isinstance(old, Scalar):
        diagnostics.warning(
            f"`{dotted(path)}.external.name` is deprecated",
            external.position,
            path,
            hint="to replace it, write `external: true` and `name:`",
        )
        if isinstance(name, Scalar) and name.value != old.value:
            diagnostics.error(
                f"`{dotted(path)}` has both a `name` and a different `external.name`",
                old.position,
                path,
                hint="to fix it, keep only `name`",
            )
        entries["name"] = old
    return Mapping(entries, node.position, node.keys)


def _without_empty(node: Node, path: Path, diagnostics: Diagnostics) -> Node:
    node = _one_or_more(node, path, diagnostics)
    if not isinstance(node, Sequence):
        return node
    items = [item for item in node.items if not (isinstance(item, Scalar) and item.value in {None, ""})]
    return node if len(items) == len(node.items) else Sequence(items, node.position)


_RULES: dict[str, Rule] = {
    "configs.*": _resource,
    "networks.*": _resource,
    "secrets.*": _resource,
    "volumes.*": _resource,
    "services.*.build": _build,
    "services.*.build.additional_contexts": _pairs,
    "services.*.build.secrets.*": _grant,
    "services.*.build.ssh": _ssh,
    "services.*.configs.*": _grant,
    "services.*.depends_on": _dependencies,
    "services.*.devices.*": _device,
    "services.*.dns": _without_empty,
    "services.*.env_file": _environment_files,
    "services.*.gpus": _gpus,
    "services.*.label_file": _one_or_more,
    "services.*.models": _names_to_mapping(lambda item: _leaf(None, item)),
    "services.*.networks": _names_to_mapping(lambda item: _leaf(None, item)),
    "services.*.secrets.*": _grant,
}
STRICT: Table[Rule] = Table({**_RULES, "services.*.ports": _ports, "services.*.volumes.*": _mount})
LENIENT: Table[Rule] = Table({**_RULES, "services.*.ports": _lenient_ports, "services.*.volumes.*": _lenient_mount})
