"""Merge one file over another. The exceptions to the general rule are rows of one table.

Source: compose-spec, Merge.
"""

from collections.abc import Callable

from wtc.compose.diagnostics import Diagnostics
from wtc.compose.tree.accessors import get_fields, is_null, kind_name, scalar_text
from wtc.compose.tree.node import Mapping, Node, Scalar, Sequence
from wtc.compose.tree.path_patterns import Cursor, Table
from wtc.model.position import Path, dotted
from wtc.static_typing import TypeAlias

Merger: TypeAlias = "Callable[[Node, Node, Cursor[Merger] | None, Path, Diagnostics], Node]"


def merge(base: Node, over: Node, diagnostics: Diagnostics, path: Path = ()) -> Node:
    """Return `over` merged over `base`; `path` is the path of both in the project."""
    cursor: Cursor[Merger] | None = RULES.root
    for step in path:
        cursor = cursor.step(step) if cursor else None
    return _merge(base, over, cursor, path, diagnostics)


def _merge(base: Node, over: Node, cursor: Cursor[Merger] | None, path: Path, diagnostics: Diagnostics) -> Node:
    if cursor is not None and cursor.value is not None:
        return cursor.value(base, over, cursor, path, diagnostics)
    if is_null(over):
        return base
    if isinstance(base, Mapping):
        if isinstance(over, Mapping):
            return _mappings(base, over, cursor, path, diagnostics)
        return _report_mismatch(base, over, path, diagnostics)
    if isinstance(base, Sequence):
        if isinstance(over, Sequence):
            return Sequence([*base.items, *over.items], base.position)
        return _report_mismatch(base, over, path, diagnostics)
    return over


def _report_mismatch(base: Node, over: Node, path: Path, diagnostics: Diagnostics) -> Node:
    diagnostics.error(
        f"cannot override `{dotted(path)}`: it is {kind_name(over)} here, {kind_name(base)} at {base.position}",
        over.position,
        path,
        hint="to replace the earlier value, write `!override` before the new one",
    )
    return base


def _mappings(
    base: Mapping, over: Mapping, cursor: Cursor[Merger] | None, path: Path, diagnostics: Diagnostics
) -> Mapping:
    items = dict(base.items)
    for key, item in over.items.items():
        if key in items:
            child = cursor.step(key) if cursor else None
            items[key] = _merge(items[key], item, child, (*path, key), diagnostics)
        else:
            items[key] = item
    return Mapping(items, base.position, {**base.keys, **over.keys})


def _replace(base: Node, over: Node, cursor: Cursor[Merger] | None, path: Path, diagnostics: Diagnostics) -> Node:  # noqa: ARG001 (a row of the table)
    return over


def _append(base: Node, over: Node, cursor: Cursor[Merger] | None, path: Path, diagnostics: Diagnostics) -> Node:  # noqa: ARG001 (a row of the table)
    """Return both as one list, the items of `over` last. `dedupe` removes the duplicates."""
    return Sequence([*_as_list(base), *_as_list(over)], base.position)


def _append_new(base: Node, over: Node, cursor: Cursor[Merger] | None, path: Path, diagnostics: Diagnostics) -> Node:  # noqa: ARG001 (a row of the table)
    items = _as_list(base)
    known = {item.value for item in items if isinstance(item, Scalar)}
    new = [item for item in _as_list(over) if not (isinstance(item, Scalar) and item.value in known)]
    return Sequence([*items, *new], base.position)


def _as_list(node: Node) -> list[Node]:
    """Return a mapping as sorted `KEY=VALUE` items, a string as a list of one item."""
    if isinstance(node, Sequence):
        return node.items
    if isinstance(node, Scalar):
        return [node] if isinstance(node.value, str) else []
    pairs: list[tuple[str, Scalar]] = []
    for key, item in node.items.items():
        if is_null(item):
            pairs.append((key, Scalar(key, node.keys.get(key, item.position), key)))
            continue
        for value in item.items if isinstance(item, Sequence) else [item]:
            if isinstance(value, Scalar):
                text = f"{key}={scalar_text(value)}"
                pairs.append((text, Scalar(text, value.position, f"{key}={value.raw}")))
    pairs.sort(key=lambda pair: pair[0])
    return [scalar for _, scalar in pairs]


def _as_mapping(default: Callable[[Node], Node]) -> Callable[[Node], Mapping]:
    def convert(node: Node) -> Mapping:
        if isinstance(node, Mapping):
            return node
        if isinstance(node, Sequence):
            named = {
                item.value: item for item in node.items if isinstance(item, Scalar) and isinstance(item.value, str)
            }
            keys = {name: item.position for name, item in named.items()}
            return Mapping({name: default(item) for name, item in named.items()}, node.position, keys)
        return Mapping({}, node.position)

    return convert


def _dependency_started(item: Node) -> Node:
    return Mapping(
        {"condition": Scalar("service_started", item.position), "required": Scalar(True, item.position)},  # noqa: FBT003 (a value)
        item.position,
    )


def _null(item: Node) -> Node:
    return Scalar(None, item.position)


def _keyed(default: Callable[[Node], Node]) -> Merger:
    convert = _as_mapping(default)

    def rule(base: Node, over: Node, cursor: Cursor[Merger] | None, path: Path, diagnostics: Diagnostics) -> Node:
        return _mappings(convert(base), convert(over), cursor, path, diagnostics)

    return rule


def _build(base: Node, over: Node, cursor: Cursor[Merger] | None, path: Path, diagnostics: Diagnostics) -> Node:
    def described(node: Node) -> Mapping:
        if isinstance(node, Scalar) and isinstance(node.value, str):
            return Mapping({"context": node}, node.position, {"context": node.position})
        return node if isinstance(node, Mapping) else Mapping({}, node.position)

    return _mappings(described(base), described(over), cursor, path, diagnostics)


def _logging(base: Node, over: Node, cursor: Cursor[Merger] | None, path: Path, diagnostics: Diagnostics) -> Node:
    """Merge the options if both name the same driver; another driver replaces driver and options."""
    if not isinstance(base, Mapping) or not isinstance(over, Mapping):
        return _report_mismatch(base, over, path, diagnostics)
    drivers = [node.items.get("driver") for node in (base, over)]
    values = [driver.value if isinstance(driver, Scalar) else None for driver in drivers]
    if None in drivers or values[0] == values[1]:
        return _mappings(base, over, cursor, path, diagnostics)
    return over


def _pools(base: Node, over: Node, cursor: Cursor[Merger] | None, path: Path, diagnostics: Diagnostics) -> Node:  # noqa: ARG001 (a row of the table)
    """Merge address pools by subnet, exactly as Docker Compose does, including its surprising results."""
    if not isinstance(base, Sequence) or not isinstance(over, Sequence):
        return _report_mismatch(base, over, path, diagnostics)
    pools: list[Node] = []

    def find_pool(subnet: object) -> int:
        return next((i for i, pool in enumerate(pools) if _subnet(pool) == subnet), -1)

    for item in base.items:
        own = Mapping(dict(get_fields(item)), item.position)
        for other in over.items:
            subnet = _subnet(other)
            if subnet != _subnet(own) and find_pool(subnet) < 0:
                pools.append(other)
                continue
            if isinstance(other, Mapping):  # changed in place, because `own` may be in the list already
                own.items.update(_mappings(own, other, None, path, diagnostics).items)
            index = find_pool(_subnet(own))
            if index >= 0:
                pools[index] = own
            else:
                pools.append(own)
    return Sequence(pools, base.position)


def _subnet(pool: Node) -> object:
    node = get_fields(pool).get("subnet")
    return node.value if isinstance(node, Scalar) else None


RULES: Table[Merger] = Table(
    {
        "networks.*.ipam.config": _pools,
        "networks.*.labels": _append,
        "volumes.*.labels": _append,
        "services.*.annotations": _append,
        "services.*.build": _build,
        "services.*.build.additional_contexts": _append,
        "services.*.build.args": _append,
        "services.*.build.extra_hosts": _append_new,
        "services.*.build.labels": _append,
        "services.*.command": _replace,
        "services.*.depends_on": _keyed(_dependency_started),
        "services.*.deploy.labels": _append,
        "services.*.dns": _append,
        "services.*.dns_opt": _append,
        "services.*.dns_search": _append,
        "services.*.entrypoint": _replace,
        "services.*.env_file": _append,
        "services.*.environment": _append,
        "services.*.extra_hosts": _append_new,
        "services.*.healthcheck.test": _replace,
        "services.*.label_file": _append,
        "services.*.labels": _append,
        "services.*.logging": _logging,
        "services.*.models": _keyed(_null),
        "services.*.networks": _keyed(_null),
        "services.*.sysctls": _append,
        "services.*.tmpfs": _append,
        "services.*.ulimits.*": _replace,
        "services.*.volumes.*.volume.labels": _append,
    }
)
