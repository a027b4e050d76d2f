"""Parse the times of `--since` and `--until`. Source: docker's reference, `docker logs --since`."""

import re
from datetime import datetime

from wtc.errors import UsageError

_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9, "d": 86400.0}
_DURATION = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(h|ms|m|s|us|µs|ns|d)")
_SECONDS = re.compile(r"\d+(?:\.\d+)?")


def parse_timestamp(option: str, text: str, now: float) -> str:
    """Return seconds since 1970 for `42m` or `1h30m` before `now`, an RFC 3339 time or date, or seconds.

    A time without a zone is local. An empty text stays empty.

    Raises:
        UsageError: the text has another form.
    """
    if not text:
        return ""
    if _SECONDS.fullmatch(text):
        return text
    duration = _DURATION.findall(text)
    if duration and "".join(number + unit for number, unit in duration) == text.removeprefix("-"):
        return f"{now - sum(float(number) * _UNITS[unit] for number, unit in duration):.9f}"
    try:
        return f"{datetime.fromisoformat(text).astimezone().timestamp():.9f}"
    except ValueError:
        raise UsageError(
            f"`{option}` is `{text}`, which is not a valid time",
            hints=[f"to give a time, write `{option} 10m`, or `{option} 2026-01-02T13:23:37Z`"],
        ) from None
