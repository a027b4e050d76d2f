"""Tables of body key -> function of the service; a row that yields None leaves its key out."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, cast

from wtc.model.service import Service

Row: TypeAlias = Callable[[Service], Any]
Version: TypeAlias = tuple[int, int]
Body: TypeAlias = dict[str, Any]


def nonempty_attribute(attribute: str) -> Row:
    """The attribute as it is; None where it is empty, 0 or false."""

    def row(config: Service) -> object:
        return _json_value(getattr(config, attribute)) or None

    return row


def stated_attribute(attribute: str) -> Row:
    """The attribute as it is, also where it is empty or false; None where the file does not say."""

    def row(config: Service) -> object:
        return _json_value(getattr(config, attribute))

    return row


def _json_value(value: object) -> object:
    """Tuples as lists, mappings as dicts: what JSON has, and what a literal body is compared with."""
    if isinstance(value, tuple):
        return list(cast("tuple[object, ...]", value))
    return dict(cast("Mapping[str, object]", value)) if isinstance(value, Mapping) else value


def fill_body(rows: Mapping[str, Row], config: Service) -> Body:
    """The part of a body that a table describes."""
    return drop_none({key: row(config) for key, row in rows.items()})


def drop_none(body: Mapping[str, Any]) -> Body:
    """Without the keys that have no value."""
    return {key: value for key, value in body.items() if value is not None}
