"""Resolve unquoted YAML scalars as Docker Compose (go-yaml v3) does, and print numbers as Go does.

Source: YAML 1.2 core schema, with what go-yaml keeps of YAML 1.1 (leading-zero octals, underscores, timestamps).
"""

import re

from wtc.static_typing import TypeAlias

Value: TypeAlias = str | int | float | bool | None


class Timestamp(str):
    """An unquoted date or time, as RFC 3339. Docker Compose rejects it where a string is expected."""

    __slots__ = ()


_WORDS: dict[str, Value] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}
_NUMBER_STARTS = frozenset("+-.0123456789")

# One alternative per base. A leading 0 means octal if all digits are octal, otherwise a float (`09` is 9).
_INTEGER = re.compile(
    r"(?P<sign>[-+]?)(?:0[xX](?P<hex>[0-9a-fA-F]+)|0[oO]?(?P<oct>[0-7]+)|0[bB](?P<bin>[01]+)|(?P<dec>0|[1-9][0-9]*))"
)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_BASES = {"hex": 16, "oct": 8, "bin": 2, "dec": 10}


def resolve_plain(text: str) -> Value:
    """Return the value of a plain scalar."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_STARTS:
        return text
    if (number := _number(text)) is not None:
        return number
    return _timestamp(text) or text


def _number(text: str) -> int | float | None:
    digits = text if text[0] == "." else text.replace("_", "")
    if match := _INTEGER.fullmatch(digits):
        base = str(match.lastgroup)
        value = int(match["sign"] + match[base], _BASES[base]) if len(digits) < 100 else 1 << 64
        if -(1 << 63) <= value < 1 << 64:
            return value
    if _FLOAT.fullmatch(digits):
        value = float(digits)
        return None if value in (float("inf"), float("-inf")) else value  # out of range: go-yaml keeps the text
    return None


def _timestamp(text: str) -> Timestamp | None:
    if len(text) < 8 or text[4] != "-" or not text[:4].isdigit():
        return None
    match = re.fullmatch(
        r"(\d{4})-(\d\d?)-(\d\d?)"
        r"(?:(?:[Tt](?P<h>\d\d?):(?P<m>\d\d?):(?P<s>\d\d?)(?P<f>[.,]\d+)?(?P<zone>Z|[-+]\d\d:\d\d))"
        r"|(?: (\d\d?):(\d\d?):(\d\d?)([.,]\d+)?))?",
        text,
        re.ASCII,
    )
    if not match:
        return None
    year, month, day, hour, minute, second, fraction, zone, hour2, minute2, second2, fraction2 = match.groups("")
    clock = [int(part or 0) for part in (hour or hour2, minute or minute2, second or second2)]
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= _days(int(year), int(month))):
        return None
    if clock[0] > 23 or clock[1] > 59 or clock[2] > 59:
        return None
    part = (fraction or fraction2).replace(",", ".")[:10].rstrip("0").rstrip(".")
    offset = "Z" if zone in {"", "+00:00", "-00:00"} else zone
    return Timestamp(f"{year}-{int(month):02}-{int(day):02}T{clock[0]:02}:{clock[1]:02}:{clock[2]:02}{part}{offset}")


def _days(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in {4, 6, 9, 11} else 31


def resolve_tagged(text: str, tag: str) -> Value:
    """Return the value of a scalar, quoted or not, with an explicit tag; `tag` is its last part (`int` of `!!int`).

    Raises:
        ValueError: the text is not valid for the tag.
    """
    if tag in {"str", "merge"} or tag not in {"bool", "int", "float", "null", "timestamp", "binary"}:
        return text
    if tag == "binary":
        import base64

        return base64.b64decode(text.replace("\n", ""), validate=True).decode("utf-8", "replace")
    value = resolve_plain(text)
    if tag == "float" and type(value) is int:
        return float(value)
    if type(value) is not {"bool": bool, "int": int, "float": float, "null": type(None), "timestamp": Timestamp}[tag]:
        raise ValueError(tag)
    return value


def parse_float(text: str) -> float:
    """Parse a finite number as Go's `ParseFloat` does.

    Raises:
        ValueError: the text is not such a number; the message is the expected kind of value.
    """
    decimal = r"[-+]?([0-9]+(_[0-9]+)*(\.([0-9]+(_[0-9]+)*)?)?|\.[0-9]+(_[0-9]+)*)([eE][-+]?[0-9]+)?"
    if len(text) < 400 and re.fullmatch(decimal, text):
        value = float(text.replace("_", ""))
        if abs(value) != float("inf"):
            return value
    elif re.fullmatch(r"[-+]?0[xX]([0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][-+]?[0-9]{1,3}", text):
        return float.fromhex(text)
    raise ValueError("a number")


def go_float(value: float) -> str:
    """Return the number as Go's `%v` prints it: shortest digits, with an exponent below 1e-4 and from 1e6.

    `1.0` -> `1`, `1000000.0` -> `1e+06`, `0.00001` -> `1e-05`, infinity -> `+Inf`.
    """
    if value != value:  # noqa: PLR0124 (NaN)
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "+Inf" if value > 0 else "-Inf"
    sign, digits, exponent = _decimal(value)
    if exponent < -4 or exponent >= 6:
        mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
        return f"{sign}{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent):02}"
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    whole, part = digits[: exponent + 1].ljust(exponent + 1, "0"), digits[exponent + 1 :]
    return f"{sign}{whole}" + (f".{part}" if part else "")


def _decimal(value: float) -> tuple[str, str, int]:
    """Return the sign, the shortest digits without trailing zeros, and the exponent of the first digit."""
    text = repr(value)
    sign = "-" if text.startswith("-") else ""
    mantissa, _, power = text.lstrip("-").partition("e")
    whole, _, part = mantissa.partition(".")
    digits = (whole + part).lstrip("0")
    if not digits:
        return sign, "0", 0
    leading = len(whole + part) - len(digits)
    return sign, digits.rstrip("0"), int(power or 0) + len(whole) - 1 - leading
