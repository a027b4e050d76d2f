"""Resolve names without a value from the project's environment: `environment: [FOO]`, `build.args`."""

from collections.abc import Mapping as Environment

from wtc.compose.interpolation.port_variables import Environments
from wtc.compose.tree.accessors import get_fields, get_string, is_null, with_entry
from wtc.compose.tree.node import Mapping, Node, Scalar, Sequence


def resolve_listed_variables(root: Mapping, environments: Environments) -> Mapping:
    """Return the tree with each bare `KEY` in a service's `environment` list replaced by `KEY=VALUE`.

    An included part is resolved with its own environment before it is merged into the project.
    """
    services = root.items.get("services")
    if not isinstance(services, Mapping):
        return root
    changed: dict[str, Node] = {}
    for name, service in services.items.items():
        listed = get_fields(service).get("environment")
        if isinstance(service, Mapping) and isinstance(listed, Sequence):
            environment = environments.at(("services", name, "environment"))
            items = [_listed_value(item, environment) for item in listed.items]
            changed[name] = with_entry(service, "environment", Sequence(items, listed.position))
    if not changed:
        return root
    return with_entry(root, "services", Mapping({**services.items, **changed}, services.position, services.keys))


def _listed_value(item: Node, environment: Environment[str, str]) -> Node:
    name = get_string(item)
    if isinstance(item, Scalar) and name is not None and name in environment:
        return Scalar(f"{name}={environment[name]}", item.position, item.raw)
    return item


def look_up_values(node: Node, environment: Environment[str, str], *, keep_unset: bool) -> Node:
    """Return a mapping or `KEY=VALUE` list with values for bare names.

    Names that the environment does not set are kept with `keep_unset`, otherwise removed.
    """
    if isinstance(node, Mapping):
        entries: dict[str, Node] = {}
        for key, item in node.items.items():
            if not is_null(item):
                entries[key] = item
            elif key in environment:
                entries[key] = Scalar(environment[key], item.position)
            elif keep_unset:
                entries[key] = item
        return Mapping(entries, node.position, node.keys)
    if isinstance(node, Sequence):
        items = [_listed_value(item, environment) for item in node.items]
        return Sequence([i for i in items if keep_unset or "=" in (get_string(i) or "")], node.position)
    return node
