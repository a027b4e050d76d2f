"""Frozen dataclasses as JSON documents, and back with every type checked. Pure."""

import dataclasses
import json
from collections.abc import Callable, Collection, Mapping
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from wtc.artifacts.errors import InvalidContentError

_SCALARS: frozenset[object] = frozenset({str, int, float, bool, NoneType})


def encode(value: object) -> str:
    """Return a dataclass as an indented JSON document.

    Raises:
        InvalidContentError: a value has no form in JSON.
    """
    try:
        return json.dumps(_json_value(value), indent=2, allow_nan=False) + "\n"
    except (TypeError, ValueError) as error:
        raise InvalidContentError(f"`{type(value).__name__}` cannot be written as JSON", causes=[str(error)]) from error


def decode(value_type: type, content: str | bytes) -> Any:
    """Return the dataclass that a JSON document describes.

    Raises:
        InvalidContentError: it is not JSON, or a value in it does not fit its type.
    """
    try:
        document: object = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InvalidContentError("the content is not JSON", causes=[str(error)]) from error
    return convert(value_type, document, "")


def convert(wanted: Any, value: object, place: str) -> Any:
    """Return a value of JSON as a value of the wanted type; `place` is its dotted path in the document.

    Raises:
        InvalidContentError: it does not fit.
    """
    origin = get_origin(wanted)
    if wanted is Any or wanted is object:
        return value
    if origin in {Union, UnionType}:
        return _first_that_fits(get_args(wanted), value, place)
    if origin is Literal:
        for choice in get_args(wanted):
            if type(choice) is type(value) and choice == value:
                return value
        raise _type_error(wanted, place)
    if isinstance(wanted, type) and dataclasses.is_dataclass(wanted):
        return value if isinstance(value, wanted) else _dataclass(wanted, value, place)
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return _enum(wanted, value, place)
    if (converter := _CONVERTERS.get(cast("Any", origin or wanted))) is not None:
        return converter(get_args(wanted), value, place)
    # `True` is an int to `isinstance`.
    if wanted in _SCALARS and type(value) is wanted:
        return value
    if type(value) is int and wanted is float:
        return float(value)
    raise _type_error(cast("object", wanted), place)


def missing_fields(value_type: type, given: Collection[str]) -> list[str]:
    """Return the fields of a dataclass that have no default and are not given."""
    return [
        field.name
        for field in dataclasses.fields(value_type)
        if field.init
        and field.name not in given
        and field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
    ]


def _dataclass(wanted: type, value: object, place: str) -> object:
    if not isinstance(value, Mapping):
        raise _type_error(wanted, place)
    entries = dict(cast("Mapping[str, object]", value))
    hints = get_type_hints(wanted)
    names = [field.name for field in dataclasses.fields(wanted) if field.init]
    if missing := missing_fields(wanted, entries):
        raise InvalidContentError(f"{_place_suffix(place)} lacks {_quoted_names(missing)}")
    if unknown := sorted(entries.keys() - set(names)):
        raise InvalidContentError(f"{_place_suffix(place)} has unknown fields: {_quoted_names(unknown)}")
    fields = {name: convert(hints[name], entries[name], _child_place(place, name)) for name in names if name in entries}
    try:
        return wanted(**fields)
    except (TypeError, ValueError) as error:
        raise InvalidContentError(
            f"{_place_suffix(place)} is not a valid `{wanted.__name__}`", causes=[str(error)]
        ) from error


def _enum(wanted: type[Enum], value: object, place: str) -> Enum:
    try:
        return wanted(value)
    except ValueError:
        raise _type_error(wanted, place) from None


def _first_that_fits(choices: tuple[Any, ...], value: object, place: str) -> object:
    for choice in choices:
        try:
            return convert(choice, value, place)
        except InvalidContentError:
            continue
    raise _type_error(" | ".join(_type_name(choice) for choice in choices), place)


def _sequence(make: Callable[[list[object]], object]) -> Callable[[tuple[Any, ...], object, str], object]:
    def converter(arguments: tuple[Any, ...], value: object, place: str) -> object:
        if not isinstance(value, (list, tuple, set, frozenset)):
            raise _type_error(make, place)
        element = arguments[0] if arguments else Any
        entries = cast("list[object]", value)
        return make([convert(element, entry, _child_place(place, str(index))) for index, entry in enumerate(entries)])

    return converter


def _tuple(arguments: tuple[Any, ...], value: object, place: str) -> object:
    if not arguments or arguments[-1] is Ellipsis:
        return _sequence(tuple)(arguments[:1], value, place)
    if not isinstance(value, (list, tuple)) or len(cast("list[object]", value)) != len(arguments):
        raise _type_error(f"tuple of {len(arguments)}", place)
    pairs = zip(arguments, cast("list[object]", value), strict=True)
    return tuple(convert(wanted, entry, _child_place(place, str(index))) for index, (wanted, entry) in enumerate(pairs))


def _mapping(arguments: tuple[Any, ...], value: object, place: str) -> object:
    if not isinstance(value, Mapping):
        raise _type_error("dict", place)
    key_type, value_type = arguments or (str, Any)
    entries = cast("Mapping[str, object]", value)
    return {
        convert(key_type, key, _child_place(place, key)): convert(value_type, entry, _child_place(place, key))
        for key, entry in entries.items()
    }


_CONVERTERS: dict[Any, Callable[[tuple[Any, ...], object, str], object]] = {
    list: _sequence(list),
    set: _sequence(set),
    frozenset: _sequence(frozenset),
    tuple: _tuple,
    dict: _mapping,
    Mapping: _mapping,
}


def _json_value(value: object) -> object:
    """Return a value as JSON has it."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: _json_value(getattr(value, field.name)) for field in dataclasses.fields(value) if field.init
        }
    if isinstance(value, Enum):
        return _json_value(value.value)
    if isinstance(value, Mapping):
        return {key: _json_value(entry) for key, entry in cast("Mapping[str, object]", value).items()}
    if isinstance(value, (list, tuple)):
        return [_json_value(entry) for entry in cast("list[object]", value)]
    if isinstance(value, (set, frozenset)):
        # Equal sets give equal documents.
        return sorted((_json_value(entry) for entry in cast("set[object]", value)), key=repr)
    return value


def _type_error(wanted: object, place: str) -> InvalidContentError:
    return InvalidContentError(f"{_place_suffix(place)} is not a valid `{_type_name(wanted)}`")


def _type_name(wanted: object) -> str:
    if isinstance(wanted, str):
        return wanted
    return wanted.__name__ if isinstance(wanted, type) and not get_args(wanted) else str(wanted)


def _place_suffix(place: str) -> str:
    return f"`{place}`" if place else "the document"


def _child_place(place: str, name: object) -> str:
    return f"{place}.{name}" if place else str(name)


def _quoted_names(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
