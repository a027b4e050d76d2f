"""Read values from the engine's responses, in which any value may be missing or null."""

from collections.abc import Mapping
from typing import Any, TypeAlias, cast

Json: TypeAlias = Mapping[str, Any]


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
    inner = found.get(key)
    if not isinstance(inner, list):
        return []
    return [cast("Json", one) for one in cast("list[object]", inner) if isinstance(one, Mapping)]


def get_text(found: Json, key: str) -> str:
    """Return a string; empty if it is missing."""
    return str(found.get(key) or "")


def get_number(found: Json, key: str) -> int:
    """Return an integer; 0 if it is missing or not an integer."""
    value = found.get(key)
    return int(value) if isinstance(value, int | str) and str(value).lstrip("-").isdigit() else 0


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
    except ValueError:
        return 0
