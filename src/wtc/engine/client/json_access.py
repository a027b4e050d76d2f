"""Read values from the engine's responses, in which any value may be missing, null or of another type."""

import json
from collections.abc import Mapping

from wtc.errors import EngineError
from wtc.static_typing import Any, TypeAlias, cast

Json: TypeAlias = Mapping[str, Any]
_MANY_BYTES, _MOST_VALUES = 1 << 20, 1_000_000
_LARGEST = (1 << 63) - 1
_DIGITS = len(str(_LARGEST))


def parse_json(content: bytes) -> Any:
    """Return the parsed content; halves of surrogate pairs, which no UTF-8 can have, become U+FFFD.

    Raises:
        ValueError: the content is not JSON, is nested too deeply, or has more than a million values.
    """
    if len(content) > _MANY_BYTES and sum(map(content.count, (b",", b"[", b"{"))) > _MOST_VALUES:
        raise ValueError("too many values")
    try:
        found = json.loads(content)
        if b"\\ud" in content or b"\\uD" in content:
            text = json.dumps(found, ensure_ascii=False)
            found = json.loads(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return found


def get_object(found: Json, *keys: str) -> Json:
    """Return the object at a path of keys; empty if it is missing."""
    for key in keys:
        inner = found.get(key)
        if not isinstance(inner, Mapping):
            return {}
        found = cast("Json", inner)
    return found


def get_objects(found: Json, key: str) -> list[Json]:
    """Return the objects of a list; skip values that are not objects."""
    return [cast("Json", one) for one in get_list(found, key) if isinstance(one, Mapping)]


def get_texts(found: Json, key: str) -> list[str]:
    """Return the strings of a list; skip values that are not strings."""
    return [one for one in get_list(found, key) if isinstance(one, str)]


def get_list(found: Json, key: str) -> list[object]:
    """Return a list; empty if it is missing."""
    inner = found.get(key)
    return cast("list[object]", inner) if isinstance(inner, list) else []


def get_text(found: Json, key: str) -> str:
    """Return a string; empty if it is missing."""
    return str(found.get(key) or "")


def require_text(found: Json, key: str) -> str:
    """Return a string that every response has.

    Raises:
        EngineError: it is missing.
    """
    value = found.get(key)
    if not isinstance(value, str) or not value:
        raise EngineError("cannot read the engine's response", causes=(f"an object has no `{key}`",))
    return value


def get_number(found: Json, key: str) -> int:
    """Return an integer of at most 64 bits; 0 if it is missing or not one."""
    return parse_number(found.get(key))


def parse_number(value: object) -> int:
    """Return an integer, or the integer that a string has, of at most 64 bits; 0 if it is not one."""
    if isinstance(value, str):
        digits = value.removeprefix("-")
        value = int(value) if digits.isascii() and digits.isdecimal() and len(digits) <= _DIGITS else 0
    return int(value) if isinstance(value, int) and -_LARGEST <= value <= _LARGEST else 0


def parse_timestamp(text: str) -> float:
    """Return seconds since 1970 from an RFC 3339 time in UTC, with any number of digits; 0 if it is not valid."""
    from datetime import datetime

    head, dot, rest = text.rstrip("Z").partition(".")
    digits = rest.partition("+")[0] if dot else ""
    try:
        whole = datetime.fromisoformat(f"{head[:19]}+00:00").timestamp()
        return whole + (float(f"0.{digits}") if digits else 0.0)
    except ValueError:
        return 0.0


def parse_http_date(text: str) -> int:
    """Return seconds since 1970 from the `Date` of a response; 0 if it is not valid."""
    from email.utils import parsedate_to_datetime

    try:
        return int(parsedate_to_datetime(text).timestamp())
    except (ValueError, TypeError, IndexError, OverflowError):
        return 0
