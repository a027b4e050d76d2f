"""Format the project as `docker compose config` prints it, as YAML or JSON."""

from collections.abc import Mapping as Mapping_

from wtc.compose.loader.loaded_project import LoadedProject
from wtc.compose.transform.attribute_types import ATTRIBUTE_TYPES
from wtc.compose.tree.accessors import get_fields, get_items, get_string
from wtc.compose.tree.node import Mapping, Node, Plain, Scalar, Sequence, plain
from wtc.compose.tree.path_patterns import Cursor, Table
from wtc.errors import ComposeFileError
from wtc.static_typing import Any

UPPER = {"weight", "rate"}
"""Shapes whose keys are capitalised in JSON: their Go structs have no JSON tags."""
ABSENT: Any = object()
"""Marks a value that Go omits from the output."""
_REBUILT = """
networks.*.labels services.*.annotations services.*.build.labels services.*.build.tags services.*.cap_add
services.*.cap_drop services.*.configs services.*.deploy.labels services.*.devices services.*.dns services.*.dns_opt
services.*.dns_search services.*.env_file services.*.expose services.*.labels services.*.links
services.*.networks.*.aliases services.*.networks.*.link_local_ips services.*.ports services.*.profiles
services.*.secrets services.*.sysctls services.*.tmpfs services.*.volumes
"""
_EMPTY_LISTS: Table[bool] = Table(dict.fromkeys(_REBUILT.split(), True))
"""The lists that `--no-interpolate` prints as `[]` in JSON if they are empty: those that Docker Compose rebuilds."""


def config_json(loaded: LoadedProject, *, interpolated: bool = True) -> str:
    """Return the project as `config --format json` prints it. `interpolated` must match how it was loaded.

    Raises:
        ComposeFileError: the project has a number that JSON cannot represent.
    """
    from wtc.compose.format.go_json import indented_json

    try:
        text = indented_json(_document(loaded, json=True, interpolated=interpolated))
    except ValueError as error:
        raise ComposeFileError(f"the project cannot be written as JSON: {error}") from error
    return text.replace("$", "$$") if interpolated else text


def config_yaml(loaded: LoadedProject, *, interpolated: bool = True) -> str:
    """Return the project as `config` prints it, as YAML. `interpolated` must match how it was loaded."""
    from wtc.compose.format.go_yaml import block_yaml

    text = block_yaml(_document(loaded, json=False, interpolated=interpolated))
    return text.replace("$", "$$") if interpolated else text


def _document(loaded: LoadedProject, *, json: bool, interpolated: bool) -> Plain:
    if interpolated:
        return _project(loaded.root, json=json)
    return sort_keys(plain(loaded.root), json=json, place=_EMPTY_LISTS.root)


def _project(root: Mapping, *, json: bool) -> dict[str, Plain]:
    found: dict[str, Plain] = {}
    for key, word in ATTRIBUTE_TYPES["project"].items():
        if json and key == "models":
            continue
        node = root.items.get(key)
        value = ABSENT if node is None else format_value(node, word, json=json)
        if value is not ABSENT:
            found[key] = value
    found.setdefault("services", {})
    if json:
        found.setdefault("name", "")
    found |= _extensions(root.items, json=json)
    return dict(sorted(found.items())) if json else found


def _extensions(items: dict[str, Node], *, json: bool) -> dict[str, Plain]:
    extras = {key: item for key, item in items.items() if key.startswith("x-")}
    return {key: sort_keys(plain(item), json=json) for key, item in _sorted(extras, json=json)} if extras else {}


def _sorted(entries: Mapping_[str, Any], *, json: bool) -> list[tuple[str, Any]]:
    """Return the entries in the order in which Go's JSON, or go-yaml, prints a map."""
    if json or len(entries) < 2:
        return sorted(entries.items())
    from wtc.compose.format.go_yaml import map_order

    return sorted(entries.items(), key=lambda entry: map_order(entry[0]))


def format_attributes(node: Node | None, shape: str, *, json: bool) -> dict[str, Plain]:
    """Return the attributes of one shape in Docker Compose's order, without the empty ones."""
    found: dict[str, Plain] = {}
    items = get_fields(node)
    for key, word in ATTRIBUTE_TYPES[shape].items():
        item = items.get(key)
        if item is None:
            value = _empty_value(word, json=json)
        else:
            value = format_value(item, word, json=json)
            if word == "bool" and key == "required" and shape == "dependency":
                value = isinstance(item, Scalar) and item.value is True
        if value is not ABSENT:
            found[key.capitalize() if json and shape in UPPER else key] = value
    if not json:
        found |= _extensions(items, json=json)
    return found


def _empty_value(word: str, *, json: bool) -> Plain:
    if json and word == "shell":
        return None
    return format_attributes(None, word[1:], json=json) if json and word[0] == "=" else ABSENT


def format_value(node: Node, word: str, *, json: bool) -> Any:
    """Return the value as it is printed, or `ABSENT` if Go omits it."""
    match word[0]:
        case "*":
            return format_attributes(node, word[1:], json=json)
        case "=":
            value = format_attributes(node, word[1:], json=json)
            return value if value or json else ABSENT
        case "[" if word == "[env_file]":
            return [_env_file(item) for item in get_items(node)] or ABSENT
        case "[":
            items = node.items if isinstance(node, Sequence) else []
            return [format_attributes(item, word[1:-1], json=json) for item in items] or ABSENT
        case "{":
            inner = word[1:-1]
            return {key: _entry(item, inner, json=json) for key, item in _sorted(get_fields(node), json=json)} or ABSENT
        case _:
            return _plain(node, word, json=json)


def _env_file(node: Node) -> Plain:
    """Return the path, or a mapping if the file is optional."""
    path, required = plain(get_fields(node)["path"]), get_fields(node).get("required")
    return {"path": path, "required": False} if isinstance(required, Scalar) and required.value is False else path


def _entry(node: Node, word: str, *, json: bool) -> Plain:
    if word == "limit":
        return _limit(node, json=json)
    if word[0] == "?" and isinstance(node, Scalar) and node.value is None:
        return None
    return format_attributes(node, word.lstrip("?"), json=json)


def _limit(node: Node, *, json: bool) -> Plain:
    if isinstance(node, Scalar) and node.value:
        return node.value
    bounds = {key: plain(item) for key in ("soft", "hard") if (item := get_fields(node).get(key)) is not None}
    if json:
        return {key: value for key, value in bounds.items() if value}
    return {"soft": bounds.get("soft", 0), "hard": bounds.get("hard", 0)}


def _plain(node: Node, word: str, *, json: bool) -> Any:
    if word == "ssh":
        return [
            key if not get_string(item) else f"{key}={get_string(item)}"
            for key, item in _sorted(get_fields(node), json=json)
        ] or ABSENT
    value = plain(node)
    if word in {"env", "map", "options"} and isinstance(value, dict):
        return dict(_sorted(value, json=json)) or ABSENT
    if word == "shell" or word.endswith("?"):
        return value
    if word in {"float", "cpus"}:
        from wtc.compose.format.go_json import Float32

        return Float32(value) if isinstance(value, int | float) and value else ABSENT
    if value in ("", 0, [], {}, None) or (word in {"bytes", "dur"} and value in ("0", "0s")):
        return ABSENT
    return value


def sort_keys(value: Plain, *, json: bool, place: Cursor[bool] | None = None) -> Plain:
    """Return the value as Go prints it: the keys of every mapping sorted, and in JSON most empty lists as null.

    `place` is the position of the value in `_EMPTY_LISTS`.
    """
    if isinstance(value, dict):
        return {
            key: sort_keys(item, json=json, place=place.step(key) if place else None)
            for key, item in _sorted(value, json=json)
        }
    if not isinstance(value, list):
        return value
    below = place.step(0) if place else None
    items = [sort_keys(item, json=json, place=below) for item in value]
    return None if json and not items and not (place and place.value) else items
