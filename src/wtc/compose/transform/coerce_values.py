"""Convert a single value to the type of its attribute; the type words are those of `attribute_types`."""

from collections.abc import Callable

from wtc.compose.tree.accessors import is_null, kind_name, scalar_text
from wtc.compose.tree.node import Mapping, Node, Scalar, Sequence


class InvalidValueError(Exception):
    """A value that its attribute does not allow. The message follows the attribute's name; `node` is the value."""

    def __init__(self, message: str, node: Node) -> None:
        super().__init__(message)
        self.node = node


def _scalar(node: Node, expected: str) -> Scalar:
    if not isinstance(node, Scalar):
        raise InvalidValueError(f"is {kind_name(node)}, expected {expected}", node)
    return node


def _scalar_like(node: Scalar, value: str | float | bool | None) -> Scalar:  # noqa: FBT001 (a value)
    return node if node.value is value else Scalar(value, node.position, node.raw)


def _str(node: Node) -> Node:
    return _scalar_like(scalar := _scalar(node, "a string"), scalar_text(scalar))


def _bool(node: Node) -> Node:
    scalar = _scalar(node, "a boolean")
    if isinstance(scalar.value, bool):
        return scalar
    if isinstance(scalar.value, str):
        from wtc.compose.interpolation.casts import to_bool

        try:
            return _scalar_like(scalar, to_bool(scalar.value))
        except ValueError as error:
            raise InvalidValueError(f"is `{scalar.value}`, expected `true` or `false`", scalar) from error
    raise InvalidValueError(f"is {kind_name(node)}, expected `true` or `false`", node)


def _int(node: Node) -> Node:
    scalar = _scalar(node, "a whole number")
    value = scalar.value
    if isinstance(value, int):
        return _scalar_like(scalar, int(value))
    if isinstance(value, float) and value == value // 1:
        return _scalar_like(scalar, int(value))
    try:
        return _scalar_like(scalar, int(str(value)))
    except ValueError as error:
        raise InvalidValueError(f"is `{value}`, expected a whole number", scalar) from error


def _uint(node: Node) -> Node:
    scalar = _scalar(node, "a whole number")
    if not isinstance(scalar.value, int | float) or scalar.value < 0:
        raise InvalidValueError(f"is `{scalar.value}`, expected a whole number of at least 0", scalar)
    return _int(scalar)


def _float(node: Node) -> Node:
    scalar = _scalar(node, "a number")
    if isinstance(scalar.value, int | float) and not isinstance(scalar.value, bool):
        return scalar
    try:
        return _scalar_like(scalar, float(str(scalar.value)))
    except ValueError as error:
        raise InvalidValueError(f"is `{scalar.value}`, expected a number", scalar) from error


def _bytes(node: Node) -> Node:
    from wtc.compose.transform.units import parse_bytes

    scalar = _scalar(node, "a size")
    if isinstance(scalar.value, float):
        return Scalar("0", scalar.position, scalar.raw)  # ignored by Docker Compose too
    if isinstance(scalar.value, int):
        return _scalar_like(scalar, str(int(scalar.value)))
    try:
        return _scalar_like(scalar, str(parse_bytes(str(scalar.value))))
    except ValueError as error:
        raise InvalidValueError(f"is `{scalar.value}`, expected a size such as `512m`", scalar) from error


def _duration(node: Node) -> Node:
    from wtc.compose.transform.units import format_duration, parse_duration

    scalar = _scalar(node, "a duration")
    try:
        return _scalar_like(scalar, format_duration(parse_duration(scalar_text(scalar))))
    except ValueError as error:
        raise InvalidValueError(f"is `{scalar.value}`, expected a duration such as `1m30s`", scalar) from error


def _list(node: Node) -> Node:
    if isinstance(node, Scalar):
        return Sequence([_str(node)], node.position)
    if not isinstance(node, Sequence):
        raise InvalidValueError(f"is {kind_name(node)}, expected a list", node)
    return Sequence([_str(item) for item in node.items], node.position)


def _split_pair(item: Node) -> tuple[str, Scalar, str | None]:
    scalar = _scalar(item, "`KEY=VALUE`")
    key, equals, value = scalar_text(scalar).partition("=")
    return key, scalar, value if equals else None


def _env(node: Node) -> Mapping:
    """Return name -> value; a name without a value is null."""
    entries: dict[str, Node] = {}
    if isinstance(node, Sequence):
        keys = {_split_pair(item)[0]: item.position for item in node.items}
        for item in node.items:
            key, scalar, value = _split_pair(item)
            if key and key[-1].isspace():
                raise InvalidValueError(f"has `{key}` with a space before `=`", item)
            entries[key] = _scalar_like(scalar, value)
        return Mapping(entries, node.position, keys)
    if not isinstance(node, Mapping):
        raise InvalidValueError(f"is {kind_name(node)}, expected a mapping or a list", node)
    for key, item in node.items.items():
        entries[key] = item if is_null(item) else _str(item)
    return Mapping(entries, node.position, node.keys)


def _map(node: Node) -> Node:
    """Return name -> value; a name without a value has an empty one."""
    pairs = _env(node)
    entries: dict[str, Node] = {
        key: Scalar("", item.position) if is_null(item) else item for key, item in pairs.items.items()
    }
    return Mapping(entries, pairs.position, pairs.keys)


def _options(node: Node) -> Node:
    """Return name -> list of values."""
    if not isinstance(node, Mapping):
        raise InvalidValueError(f"is {kind_name(node)}, expected a mapping", node)
    return Mapping({key: _list(item) for key, item in node.items.items()}, node.position, node.keys)


def _hosts(node: Node) -> Node:
    """Return the list of `HOST=ADDRESS`, sorted by host and address."""
    pairs: list[tuple[str, str, Node]] = []
    if isinstance(node, Mapping):
        for host, item in node.items.items():
            pairs += [
                (host, scalar_text(_scalar(a, "an address")), a)
                for a in (item.items if isinstance(item, Sequence) else [item])
            ]
    elif isinstance(node, Sequence):
        for item in node.items:
            text = scalar_text(_scalar(item, "`HOST=ADDRESS`"))
            separator = "=" if "=" in text else ":"
            host, found, address = text.partition(separator)
            if not found:
                raise InvalidValueError(f"has `{text}`, expected `HOST=ADDRESS`", item)
            pairs.append((host, address, item))
    for host, _, near in pairs:
        if not host or ":" in host or "=" in host:
            raise InvalidValueError(f"has `{host}`, which is not a valid host name", near)
    bare = [(f"{h}={a[1:-1] if len(a) > 2 and a[0] == '[' and a[-1] == ']' else a}", near) for h, a, near in pairs]
    return Sequence(
        [Scalar(text, near.position, text) for text, near in sorted(bare, key=lambda b: b[0])], node.position
    )


def _shell(node: Node) -> Node:
    if not isinstance(node, Scalar):
        return _list(node)
    from wtc.compose.transform.shellwords import split_words

    try:
        words = split_words(scalar_text(node))
    except ValueError as error:
        raise InvalidValueError(f"cannot be split into words: {error}", node) from error
    return Sequence([Scalar(word, node.position, word) for word in words], node.position)


def _test(node: Node) -> Node:
    if isinstance(node, Scalar):
        return Sequence([Scalar("CMD-SHELL", node.position, ""), _str(node)], node.position)
    return _list(node)


def _count(node: Node) -> Node:
    scalar = _scalar(node, "`all` or a number")
    return _scalar_like(scalar, -1) if scalar_text(scalar).lower() == "all" else _int(scalar)


def _mode(node: Node) -> Node:
    scalar = _scalar(node, "a file mode")
    value = scalar.value
    try:
        number = value if isinstance(value, int) else int(str(value), 8)
    except ValueError as error:
        raise InvalidValueError(f"is `{value}`, expected a file mode such as `0440`", scalar) from error
    return _scalar_like(scalar, f"0{number:o}")


def _limit(node: Node) -> Node:
    if isinstance(node, Mapping):
        return Mapping({k: _int(v) for k, v in node.items.items() if k in {"soft", "hard"}}, node.position, node.keys)
    return _int(node)


COERCIONS: dict[str, Callable[[Node], Node]] = {
    "bool": _bool,
    "bool?": _bool,
    "bytes": _bytes,
    "count": _count,
    "cpus": _float,
    "dur": _duration,
    "dur?": _duration,
    "env": _env,
    "float": _float,
    "hosts": _hosts,
    "int": _int,
    "int?": _int,
    "limit": _limit,
    "list": _list,
    "map": _map,
    "mode": _mode,
    "options": _options,
    "shell": _shell,
    "ssh": lambda node: node,
    "str": _str,
    "test": _test,
    "uint": _uint,
    "uint?": _uint,
}
