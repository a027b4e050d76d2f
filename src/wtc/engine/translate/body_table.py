"""Tables of body key -> function of the service; a row that returns None omits its key."""

from collections.abc import Callable, Mapping

from wtc.model.desired import ResolvedService
from wtc.static_typing import Any, TypeAlias, cast

Row: TypeAlias = Callable[[ResolvedService], Any]
Version: TypeAlias = tuple[int, int]
Body: TypeAlias = dict[str, Any]


def nonempty_attribute(attribute: str) -> Row:
    """Return a row with the attribute's value; None if it is empty, 0 or false."""

    def row(config: ResolvedService) -> object:
        return _json_value(getattr(config, attribute)) or None

    return row


def stated_attribute(attribute: str) -> Row:
    """Return a row with the attribute's value, even if it is empty or false; None if the file does not set it."""

    def row(config: ResolvedService) -> object:
        return _json_value(getattr(config, attribute))

    return row


def _json_value(value: object) -> object:
    """Convert tuples to lists and mappings to dicts, as in JSON, so that tests can compare bodies with literals."""
    if isinstance(value, tuple):
        return list(cast("tuple[object, ...]", value))
    return dict(cast("Mapping[str, object]", value)) if isinstance(value, Mapping) else value


def fill_body(rows: Mapping[str, Row], config: ResolvedService) -> Body:
    """Return the part of a body that a table describes."""
    return drop_none({key: row(config) for key, row in rows.items()})


def drop_none(body: Mapping[str, Any]) -> Body:
    """Return the body without the keys whose value is None."""
    return {key: value for key, value in body.items() if value is not None}
