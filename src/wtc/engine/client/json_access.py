"""Reading the engine's JSON, in which anything may be missing or null."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeAlias, cast

Json: TypeAlias = Mapping[str, Any]


def get_object(found: Json, *keys: str) -> Json:
    """The object under a path of keys; empty where there is none."""
    for key in keys:
        inner = found.get(key)
        if not isinstance(inner, Mapping):
            return {}
        found = cast("Json", inner)
    return found


def get_objects(found: Json, key: str) -> list[Json]:
    """The objects of a list; what is no object is passed over."""
    inner = found.get(key)
    if not isinstance(inner, list):
        return []
    return [cast("Json", one) for one in cast("list[object]", inner) if isinstance(one, Mapping)]


def get_text(found: Json, key: str) -> str:
    """A string, empty where there is none."""
    return str(found.get(key) or "")


def get_number(found: Json, key: str) -> int:
    """A whole number, 0 where there is none."""
    value = found.get(key)
    return int(value) if isinstance(value, int | str) and str(value).lstrip("-").isdigit() else 0


def parse_timestamp(moment: str) -> float:
    """Since 1970, from RFC 3339 in UTC with as many digits as the engine likes; 0 for what is none."""
    head, dot, rest = moment.rstrip("Z").partition(".")
    digits = rest.partition("+")[0] if dot else ""
    try:
        whole = datetime.fromisoformat(f"{head[:19]}+00:00").timestamp()
        return whole + (float(f"0.{digits}") if digits else 0.0)
    except ValueError:
        return 0.0
