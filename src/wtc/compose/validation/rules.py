"""Check single attributes for formats and for values that exclude each other."""

from wtc.compose.diagnostics import Diagnostics
from wtc.compose.transform.ports import is_address
from wtc.compose.tree.accessors import get_fields, get_string, is_null
from wtc.compose.tree.apply_rules import Rule, apply_rules
from wtc.compose.tree.node import Mapping, Node, Scalar
from wtc.compose.tree.path_patterns import Table
from wtc.model.position import Path, dotted


def check_rules(root: Node, diagnostics: Diagnostics) -> None:
    """Report the values of the tree that break a rule."""
    apply_rules(root, RULES, diagnostics)


def _external(node: Node, path: Path, diagnostics: Diagnostics) -> Node:
    """Check that an external resource, which wtc does not create, has only a name."""
    external = get_fields(node).get("external")
    if not isinstance(node, Mapping) or not (isinstance(external, Scalar) and external.value is True):
        return node
    for key in node.items:
        if key not in {"name", "external"} and not key.startswith("x-"):
            diagnostics.error(
                f"`{dotted(path)}` is external, so `{key}` is not allowed",
                node.keys.get(key, node.position),
                (*path, key),
                hint=f"remove `{key}` or `external: true`",
            )
    return node


def _source(*keys: str) -> Rule:
    """Return the rule that requires exactly one of the keys, unless a driver or `external` provides the content."""
    listed = ", ".join(f"`{key}`" for key in keys)

    def rule(node: Node, path: Path, diagnostics: Diagnostics) -> Node:
        if not isinstance(node, Mapping):
            if is_null(node):
                diagnostics.error(f"`{dotted(path)}` is empty, expected one of {listed}", node.position, path)
            return node
        given = [key for key in keys if key in node.items]
        if len(given) > 1:
            second = node.keys.get(given[1], node.position)
            diagnostics.error(f"`{dotted(path)}` has more than one of {listed}", second, path, hint="keep one of them")
        elif not given and not {"driver", "external"} & node.items.keys():
            diagnostics.error(f"`{dotted(path)}` has no content, expected one of {listed}", node.position, path)
        return node

    return rule


def _address(node: Node, path: Path, diagnostics: Diagnostics) -> Node:
    address = get_string(get_fields(node).get("host_ip"))
    if address is not None and not is_address(address):
        place = get_fields(node)["host_ip"].position
        diagnostics.error(
            f"`{address}` is not a valid IP address",
            place,
            (*path, "host_ip"),
            hint="write an address such as `127.0.0.1`",
        )
    return node


def _not_blank(node: Node, path: Path, diagnostics: Diagnostics) -> Node:
    if get_string(node) == "":
        diagnostics.error(f"`{dotted(path)}` is empty, expected a path", node.position, path)
    return node


def _device_request(node: Node, path: Path, diagnostics: Diagnostics) -> Node:
    if {"count", "device_ids"} <= get_fields(node).keys():
        diagnostics.error(
            f"`{dotted(path)}` has both `count` and `device_ids`", node.position, path, hint="keep one of them"
        )
    return node


RULES: Table[Rule] = Table(
    {
        "configs.*": _source("file", "environment", "content"),
        "secrets.*": _source("file", "environment"),
        "services.*.deploy.resources.reservations.devices.*": _device_request,
        "services.*.develop.watch.*.path": _not_blank,
        "services.*.gpus.*": _device_request,
        "services.*.ports.*": _address,
        "volumes.*": _external,
    }
)
