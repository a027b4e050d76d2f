"""Write JSON as Go's encoding/json does: its number format, and `<`, `>` and `&` escaped."""

import struct as binary
from collections.abc import Iterable
from json.encoder import encode_basestring

from wtc.compose.tree.node import Plain

ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_TABLE = str.maketrans(ESCAPES)


class Float32(float):
    """A single-precision number: printed with no more digits than single precision has."""

    __slots__ = ()


def indented_json(value: Plain) -> str:
    """Return the value as JSON with one entry per line, indented by two spaces, without a final newline."""
    parts: list[str] = []
    _write(value, "\n", "  ", ": ", parts)
    return "".join(parts)


def compact_json(value: Plain) -> str:
    """Return the value as JSON without whitespace."""
    parts: list[str] = []
    _write(value, "", "", ":", parts)
    return "".join(parts)


def json_string(value: str) -> str:
    """Return the string quoted and escaped."""
    return str(encode_basestring(value)).translate(_TABLE)


def json_number(value: float) -> str:
    """Return a float: decimal notation between 1e-6 and 1e21, otherwise an exponent without leading zeros.

    Raises:
        ValueError: the number is infinite or NaN.
    """
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 (NaN)
        raise ValueError(f"JSON cannot represent the number `{value}`")
    digits = shortest_float(value) if isinstance(value, Float32) else repr(float(value))
    size = abs(value)
    if size and (size < 1e-6 or size >= 1e21):
        mantissa, _, exponent = f"{float(digits):e}".partition("e") if "e" not in digits else digits.partition("e")
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        return f"{mantissa}e{exponent[0] if exponent[0] in '+-' else '+'}{exponent.lstrip('+-').lstrip('0')}"
    from decimal import Decimal

    plain = f"{Decimal(digits):f}" if "e" in digits else digits
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def shortest_float(value: float) -> str:
    """Return the shortest digits that give the same number in single precision."""
    try:
        wanted = binary.pack("f", value)
    except OverflowError:
        return repr(float(value))
    for digits in range(1, 10):
        written = f"{binary.unpack('f', wanted)[0]:.{digits}g}"
        if binary.pack("f", float(written)) == wanted:
            return written
    return repr(float(value))


def _write(value: Plain, newline: str, indent: str, colon: str, parts: list[str]) -> None:
    match value:
        case str():
            parts.append(json_string(value))
        case None:
            parts.append("null")
        case bool():
            parts.append("true" if value else "false")
        case int():
            parts.append(str(value))
        case float():
            parts.append(json_number(value))
        case list():
            _items(((None, item) for item in value), "[]", newline, indent, colon, parts)
        case dict():
            _items(value.items(), "{}", newline, indent, colon, parts)


def _items(
    entries: Iterable[tuple[str | None, Plain]], brackets: str, newline: str, indent: str, colon: str, parts: list[str]
) -> None:
    inner = newline + indent if newline else ""
    start = len(parts)
    for key, item in entries:
        parts.append(("," if len(parts) > start else brackets[0]) + inner)
        if key is not None:
            parts.append(json_string(key) + colon)
        _write(item, inner, indent, colon, parts)
    parts.append(brackets if len(parts) == start else newline + brackets[1])
