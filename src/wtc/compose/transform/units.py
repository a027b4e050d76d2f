"""Parse durations and byte sizes as Go does, and format durations.

Source: https://github.com/compose-spec/compose-spec/blob/main/11-extension.md (specifying durations, byte values)
"""

import re

from wtc.compose.source.scalars import parse_float

_NANOSECONDS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
    "d": 86_400_000_000_000,
    "w": 604_800_000_000_000,
}
_SECOND = 1_000_000_000
_LIMIT = 1 << 63


def parse_duration(text: str) -> int:
    """Return the nanoseconds of a duration: `1m30s`, `1.5h`, `1w2d`; `0` needs no unit.

    Raises:
        ValueError: the text is not a duration; the message is the expected kind of value.
    """
    sign, rest = (-1, text[1:]) if text.startswith("-") else (1, text.removeprefix("+"))
    if rest == "0":
        return 0
    parts = re.findall(r"(?:([0-9]*)(?:\.([0-9]*))?)([^0-9.]+)|(.)", rest, re.DOTALL)
    total = 0
    for whole, fraction, unit, stray in parts:
        if stray or unit not in _NANOSECONDS or not whole + fraction or len(whole) > 20:
            parts = []
            break
        digits = fraction[:18]
        # Go computes a fraction in floats, which affects the last digits.
        total += int(whole or 0) * _NANOSECONDS[unit] + int(int(digits or 0) * (_NANOSECONDS[unit] / 10 ** len(digits)))
    if not parts or total >= _LIMIT:
        raise ValueError("a duration like `1m30s`, with a unit `w`, `d`, `h`, `m`, `s`, `ms`, `us` or `ns`")
    return sign * total


def format_duration(ns: int) -> str:
    """Return the duration as Go prints it: `1h0m0s`, `1.5s`, `300ms`."""
    if ns == 0:
        return "0s"
    sign, left = ("-", -ns) if ns < 0 else ("", ns)
    if left < _SECOND:
        unit = "ms" if left >= 1_000_000 else "µs" if left >= 1_000 else "ns"
        return f"{sign}{_fixed(left, _NANOSECONDS[unit])}{unit}"
    minutes, seconds = divmod(left, 60 * _SECOND)
    text = f"{_fixed(seconds, _SECOND)}s"
    if minutes:
        text = f"{minutes % 60}m{text}"
    if minutes >= 60:
        text = f"{minutes // 60}h{text}"
    return sign + text


def _fixed(value: int, unit: int) -> str:
    """Return `value / unit` as an exact decimal."""
    whole, part = divmod(value, unit)
    digits = str(part).rjust(len(str(unit)) - 1, "0").rstrip("0") if part else ""
    return f"{whole}.{digits}" if digits else str(whole)


def parse_bytes(text: str) -> int:
    """Return the bytes of a size: `512m`, `10kB`, `1.5g`. All units are powers of 1024.

    Raises:
        ValueError: the text is not a size; the message is the expected kind of value.
    """
    match = re.fullmatch(r"(.*[0-9.])? ?([kmgtp]i?b?|b)?", text, re.IGNORECASE | re.ASCII)
    if match and match[1] and not re.fullmatch("[kmgtp]i", match[2] or "", re.IGNORECASE):
        try:
            size = parse_float(match[1])
        except ValueError:
            size = -1
        suffix = (match[2] or "b")[0].lower()
        size *= 1024 ** "bkmgtp".index(suffix)
        if 0 <= size < _LIMIT:
            return int(size)
    raise ValueError("a size like `512m`, with a unit `b`, `k`, `m`, `g`, `t` or `p`")
