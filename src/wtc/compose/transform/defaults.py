"""Set the default values that Docker Compose sets before validation."""

from wtc.compose.diagnostics import Diagnostics
from wtc.compose.tree.apply_rules import Rule, apply_rules
from wtc.compose.tree.node import Mapping, Node, Scalar
from wtc.compose.tree.path_patterns import Table
from wtc.model.position import Path


def with_defaults(root: Node, diagnostics: Diagnostics) -> Node:
    """Return the tree with its default values set."""
    return apply_rules(root, RULES, diagnostics)


def _filled(**defaults: str) -> Rule:
    def rule(node: Node, path: Path, diagnostics: Diagnostics) -> Node:  # noqa: ARG001 (a row of the table)
        if not isinstance(node, Mapping):
            return node
        missing = {key: Scalar(value, node.position) for key, value in defaults.items() if key not in node.items}
        return Mapping({**node.items, **missing}, node.position, node.keys) if missing else node

    return rule


def _secret(node: Node, path: Path, diagnostics: Diagnostics) -> Node:
    source = node.items.get("source") if isinstance(node, Mapping) else None
    if not isinstance(source, Scalar):
        return node
    return _filled(target=f"/run/secrets/{source.value}")(node, path, diagnostics)


def _devices(node: Node, path: Path, diagnostics: Diagnostics) -> Node:
    if isinstance(node, Mapping) and "device_ids" in node.items:
        return node
    return _filled(count="all")(node, path, diagnostics)


RULES: Table[Rule] = Table(
    {
        "services.*.build": _filled(context="."),
        "services.*.deploy.resources.reservations.devices.*": _devices,
        "services.*.gpus.*": _devices,
        "services.*.ports.*": _filled(protocol="tcp", mode="ingress"),
        "services.*.secrets.*": _secret,
    }
)
