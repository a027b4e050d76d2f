"""Write YAML as go-yaml v3 does: indented by two spaces, quoted where a plain scalar would be read differently."""

import re
from functools import cmp_to_key

from wtc.compose.source.scalars import resolve_plain
from wtc.compose.tree.node import Plain

OLD_BOOLEANS = frozenset("y,Y,yes,Yes,YES,on,On,ON,n,N,no,No,NO,off,Off,OFF".split(","))  # noqa: SIM905 (shorter)
BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?", re.ASCII)
STARTS = frozenset("#,[]{}&*!|>'\"%@`")
ESCAPES = {
    "\0": "0", "\a": "a", "\b": "b", "\t": "t", "\n": "n", "\v": "v", "\f": "f", "\r": "r", "\x1b": "e",
    '"': '"', "\\": "\\", "\x85": "N", "\u2028": "L", "\u2029": "P",
}  # fmt: skip
SIMPLE = re.compile(r"[A-Za-z_/.][A-Za-z0-9_/.+=@-]*", re.ASCII)
"""Texts that need no quotes, unless they are YAML keywords."""
WORDS = frozenset(["null", "Null", "NULL", "true", "True", "TRUE", "false", "False", "FALSE"])
LONGEST_KEY = 128


def block_yaml(value: Plain) -> str:
    """Return a document in block style, with a final newline."""
    lines: list[str] = []
    if isinstance(value, dict) and value:
        _mapping(value, "", "", lines)
    elif isinstance(value, list) and value:
        _sequence(value, "", "", lines)
    else:
        lines.append(_leaf(value, ""))
    return "\n".join(lines) + "\n"


def _compare_keys(one: str, other: str) -> int:
    """Return a negative number if `one` is printed first: letters last, digits by their numeric value."""
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), -1)
    if at < 0:
        return len(one) - len(other)
    a, b = one[at], other[at]
    after_digit = at > 0 and one[at - 1].isdigit()
    if a.isalpha() and b.isalpha():
        return -1 if a < b else 1
    if a.isalpha() or b.isalpha():
        first = a.isalpha() if after_digit else b.isalpha()
        return -1 if first else 1
    lead = "1" if "0" in (a, b) and _continues_number(one, at) else ""
    left, right = _digits(one, at), _digits(other, at)
    keys = [(int(lead + left or "0"), len(left), a), (int(lead + right or "0"), len(right), b)]
    return -1 if keys[0] < keys[1] else 1


def _digits(text: str, at: int) -> str:
    end = at
    while end < len(text) and text[end].isdigit():
        end += 1
    return text[at:end]


def _continues_number(text: str, at: int) -> bool:
    """Return whether the digits directly before `at` form a number other than zero."""
    while at > 0 and text[at - 1].isdigit():
        at -= 1
        if text[at] != "0":
            return True
    return False


map_order = cmp_to_key(_compare_keys)
"""Sort key for the keys of a map, in go-yaml's order."""


def _mapping(value: dict[str, Plain], first: str, indent: str, lines: list[str]) -> None:
    """Append the entries to `lines`; the first entry is prefixed with `first` instead of `indent`."""
    lead = first or indent
    for key, item in value.items():
        name = _string(key, indent, key=True)
        if len(key.encode()) > LONGEST_KEY:
            lines.append(f"{lead}? {name}")
            lead, name = indent, ""
        if isinstance(item, dict) and item:
            lines.append(f"{lead}{name}:")
            _mapping(item, "", indent + "  ", lines)
        elif isinstance(item, list) and item:
            lines.append(f"{lead}{name}:")
            _sequence(item, "", indent + "  ", lines)
        else:
            lines.append(f"{lead}{name}: {_leaf(item, indent + '  ')}")
        lead = indent


def _sequence(value: list[Plain], first: str, indent: str, lines: list[str]) -> None:
    lead = first or indent
    for item in value:
        if isinstance(item, dict) and item:
            _mapping(item, f"{lead}- ", indent + "  ", lines)
        elif isinstance(item, list) and item:
            _sequence(item, f"{lead}- ", indent + "  ", lines)
        else:
            lines.append(f"{lead}- {_leaf(item, indent + '  ')}")
        lead = indent


def _leaf(value: Plain, indent: str) -> str:
    match value:
        case str():
            return _string(value, indent)
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case float():
            return _float(value)
        case list():
            return "[]"
        case dict():
            return "{}"
        case _:
            return str(value)


def _float(value: float) -> str:
    from wtc.compose.format.go_json import Float32, shortest_float
    from wtc.compose.source.scalars import go_float

    if value != value:  # noqa: PLR0124 (NaN)
        return ".nan"
    if value in (float("inf"), float("-inf")):
        return ".inf" if value > 0 else "-.inf"
    return go_float(float(shortest_float(value)) if isinstance(value, Float32) else value)


def _string(text: str, indent: str, *, key: bool = False) -> str:
    if SIMPLE.fullmatch(text) and text not in WORDS and text not in OLD_BOOLEANS and text[0] != ".":
        return text
    style = _ScalarStyle(text)
    if "\n" in text and not key:
        return _literal(text, indent) if style.block else _double(text)
    if type(resolve_plain(text)) is not str or text == "<<" or text in OLD_BOOLEANS or BASE_60.fullmatch(text):
        return _double(text)
    if style.plain:
        return text
    return "'" + text.replace("'", "''") + "'" if style.single and "\n" not in text else _double(text)


class _ScalarStyle:
    """The styles in which a text can be written."""

    __slots__ = ("block", "plain", "single")

    def __init__(self, text: str) -> None:
        special = any(not _printable(char) for char in text if char not in "\t\n")
        space_break = " \n" in text
        edge = text[:1] in {" ", "\n"} or text[-1:] in {" ", "\n"}
        self.single = not (special or "\t" in text or space_break or "\n " in text)
        self.plain = self.single and not edge and "\n" not in text and not _indicators(text)
        self.block = not (special or space_break or text[-1:] == " ")


def _indicators(text: str) -> bool:
    """Return whether a plain scalar would be read as YAML syntax."""
    if not text or text.startswith(("---", "...")) or text[0] in STARTS:
        return True
    if text[0] in "?:-" and (len(text) == 1 or text[1] in " \t\n"):
        return True
    if ": " in text or ":\t" in text or text.endswith(":"):
        return True
    return " #" in text or "\t#" in text


def _printable(char: str) -> bool:
    code = ord(char)
    return 0x20 <= code <= 0x7E or 0xA0 <= code <= 0xD7FF or (0xE000 <= code <= 0xFFFD and code != 0xFEFF)


def _double(text: str) -> str:
    return '"' + "".join(char if _printable(char) and char not in '"\\' else _escape(char) for char in text) + '"'


def _escape(char: str) -> str:
    if char in ESCAPES:
        return "\\" + ESCAPES[char]
    code = ord(char)
    return f"\\x{code:02X}" if code <= 0xFF else f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def _literal(text: str, indent: str) -> str:
    hint = "2" if text[0] in " \n" else ""
    if not text.endswith("\n"):
        hint += "-"
    elif text == "\n" or text.endswith("\n\n"):
        hint += "+"
    body = text.removesuffix("\n")
    lines = [indent + line if line else "" for line in body.split("\n")]
    return "\n".join([f"|{hint}", *lines])
