"""Remove duplicates from lists of unique entries: a later entry replaces the earlier one.

Source: compose-spec, Merge, Unique resources.
"""

from collections.abc import Callable, Hashable

from wtc.compose.diagnostics import Diagnostics
from wtc.compose.transform.volumes import short_target
from wtc.compose.tree.accessors import get_child, get_string, kind_name
from wtc.compose.tree.apply_rules import Rule, apply_rules
from wtc.compose.tree.node import Mapping, Node, Scalar, Sequence
from wtc.compose.tree.path_patterns import Table
from wtc.model.position import Path, dotted
from wtc.static_typing import TypeAlias

Index: TypeAlias = "Callable[[Node], Hashable | None]"
"""Return the key that makes two entries duplicates, or None if the entry is not valid."""


def dedupe(root: Node, diagnostics: Diagnostics, path: Path = ()) -> Node:
    """Return the tree without duplicates in its lists."""
    return apply_rules(root, RULES, diagnostics, path)


def _dedupe_by(index: Index, expected: str) -> Rule:
    def rule(node: Node, path: Path, diagnostics: Diagnostics) -> Node:
        if not isinstance(node, Sequence):
            return node
        found: dict[Hashable, Node] = {}
        for number, item in enumerate(node.items):
            key = index(item)
            if key is None:
                item_path = (*path, number)
                kind = "incomplete" if isinstance(item, Mapping) else kind_name(item)
                diagnostics.error(f"`{dotted(item_path)}` is {kind}, expected {expected}", item.position, item_path)
                key = object()
            found[key] = item
        return node if len(found) == len(node.items) else Sequence(list(found.values()), node.position, node.tag)

    return rule


def _key(node: Node) -> Hashable | None:
    text = get_string(node)
    return None if text is None else text.partition("=")[0]


def _target(node: Node) -> Hashable | None:
    """Return the path of a mount in the container."""
    if isinstance(node, Mapping):
        return get_string(node.items.get("target"))
    text = get_string(node)
    return ("",) if text is None else short_target(text)


def _device(node: Node) -> Hashable | None:
    if isinstance(node, Mapping):
        return get_string(node.items.get("target"))
    text = get_string(node)
    if text is None:
        return ("",)
    parts = text.split(":")
    return parts[1] if len(parts) > 1 else parts[0]


def _expose(node: Node) -> Hashable | None:
    if isinstance(node, Scalar) and isinstance(node.value, str | int) and not isinstance(node.value, bool):
        return str(node.value)
    return None


def _grant(folder: str) -> Index:
    def index(node: Node) -> Hashable | None:
        text = get_string(node)
        if text is not None:
            return f"{folder}/{text}"
        if not isinstance(node, Mapping):
            return None
        if "target" in node.items:
            return get_string(node.items["target"])
        return f"{folder}/{get_string(node.items.get('source')) or ''}"

    return index


def _port(node: Node) -> Hashable | None:
    if isinstance(node, Scalar):
        return str(node.value)
    if not isinstance(node, Mapping) or "target" not in node.items:
        return None
    values = {key: item.value for key, item in node.items.items() if isinstance(item, Scalar)}
    published = values.get("published")
    # A number and a string of the same digits are different ports, as in Docker Compose.
    return (
        values.get("host_ip", "0.0.0.0"),
        type(published),
        published,
        values.get("target"),
        values.get("protocol", "tcp"),
    )


def _env_file(node: Node) -> Hashable | None:
    text = get_string(node)
    if text is not None:
        return text
    return get_string(get_child(node, "path")) if isinstance(node, Mapping) else ("",)


_by_key = _dedupe_by(_key, "a string")

RULES: Table[Rule] = Table(
    {
        "networks.*.ipam.options": _by_key,
        "networks.*.labels": _by_key,
        "services.*.annotations": _by_key,
        "services.*.build.additional_contexts": _by_key,
        "services.*.build.args": _by_key,
        "services.*.build.labels": _by_key,
        "services.*.build.tags": _by_key,
        "services.*.cap_add": _by_key,
        "services.*.cap_drop": _by_key,
        "services.*.configs": _dedupe_by(_grant(""), "a config's name or a mapping"),
        "services.*.deploy.labels": _by_key,
        "services.*.devices": _dedupe_by(_device, "a device or a mapping with a `target`"),
        "services.*.dns": _by_key,
        "services.*.dns_opt": _by_key,
        "services.*.dns_search": _by_key,
        "services.*.env_file": _dedupe_by(_env_file, "a file or a mapping with a `path`"),
        "services.*.environment": _by_key,
        "services.*.expose": _dedupe_by(_expose, "a port"),
        "services.*.labels": _by_key,
        "services.*.links": _by_key,
        "services.*.networks.*.aliases": _by_key,
        "services.*.networks.*.link_local_ips": _by_key,
        "services.*.ports": _dedupe_by(_port, "a port or a mapping with a `target`"),
        "services.*.profiles": _by_key,
        "services.*.secrets": _dedupe_by(_grant("/run/secrets"), "a secret's name or a mapping"),
        "services.*.sysctls": _by_key,
        "services.*.tmpfs": _by_key,
        "services.*.volumes": _dedupe_by(_target, "a mount or a mapping with a `target`"),
    }
)
