"""Edit TOML files and keep their comments, order and spacing.

Each edit of the text is parsed again, and is used only if it gives the wanted document.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any, TypeAlias

from wtc.harnesses.edit import is_list, is_table, unusable_file

Document: TypeAlias = dict[str, Any]
_HEADER = re.compile(r"[ \t]*\[")
_STRING = r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\''


def parse_toml(text: str | None, path: str) -> Document:
    """Parse TOML; no text means an empty document.

    Raises:
        UsageError: the text is not TOML.
    """
    try:
        return tomllib.loads((text or "").replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise unusable_file(path, f"is not TOML: {error}") from error


def quote_string(value: str) -> str:
    """Return a string as TOML, with as few escapes as possible."""
    plain = all(c.isprintable() for c in value)
    if plain and not {'"', "\\"} & set(value):
        return f'"{value}"'
    if plain and "'" not in value:
        return f"'{value}'"
    lines_are_plain = all(line.isprintable() for line in value.split("\n"))
    if "\n" in value and lines_are_plain and "'''" not in value and not value.endswith("'"):
        return f"'''\n{value}'''"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def insert_key(text: str, table: str, key: str, value: str) -> str | None:
    """Return the text with one more string in a table (`""` is the root), created if it is missing.

    None if the key cannot be added without other changes.
    """
    wanted = _loads(text)
    owner: object = wanted if not table else wanted.setdefault(table, {})
    if not is_table(owner) or key in owner:
        return None
    owner[key] = value
    line = f"{key} = {quote_string(value)}"
    return _first_that_reads(wanted, text, _insertions(text, table, line))


def insert_block(text: str, table: str, key: str, value: str) -> str | None:
    """Return the text with one more entry in an array of tables; None if that is not possible."""
    wanted = _loads(text)
    owner: object = wanted.setdefault(table, [])
    if not is_list(owner):
        return None
    owner.append({key: value})
    return _first_that_reads(wanted, text, iter([_end_of_block(text, f"[[{table}]]\n{key} = {quote_string(value)}")]))


def replace_value(text: str, table: str, key: str, value: str, *, as_text: str = "") -> str | None:
    """Return the text with another value, or the TOML `as_text`, for an existing string; None if not possible."""
    wanted = _loads(text)
    owner: object = wanted if not table else wanted.get(table)
    if not is_table(owner) or not isinstance(owner.get(key), str):
        return None
    new = as_text or quote_string(value)
    owner[key] = tomllib.loads(f"v = {new}")["v"]
    before = rf"^([ \t]*(?:{re.escape(table)}\.)?{re.escape(key)}[ \t]*=[ \t]*)"
    places = re.finditer(f"{before}({_STRING})", text, re.MULTILINE | re.DOTALL)
    return _first_that_reads(wanted, text, (text[: p.start(2)] + new + text[p.end(2) :] for p in places))


def _loads(text: str) -> Document:
    return tomllib.loads(text.replace("\r\n", "\n"))


def _first_that_reads(wanted: Document, text: str, candidates: Iterator[str]) -> str | None:
    windows = "\r\n" in text
    for candidate in candidates:
        try:
            if _loads(candidate) == wanted:
                return candidate.replace("\r\n", "\n").replace("\n", "\r\n") if windows else candidate
        except tomllib.TOMLDecodeError:
            continue
    return None


def _insertions(text: str, table: str, line: str) -> Iterator[str]:
    """Yield the text with the line inserted at each possible place, the best first."""
    lines = text.splitlines(keepends=True)
    headers = [i for i, found in enumerate(lines) if _HEADER.match(found)]
    starts = [i + 1 for i in headers if re.match(rf"[ \t]*\[[ \t]*[\"']?{re.escape(table)}[\"']?[ \t]*\]", lines[i])]
    if not table:
        starts = [0]
    for start in starts:
        end = next((i for i in headers if i >= start), len(lines))
        while end > start and not lines[end - 1].strip():
            end -= 1
        yield _insert_line(lines, end, line)
        yield _insert_line(lines, start, line)
    if table:
        yield _end_of_block(text, f"[{table}]\n{line}")
        first = headers[0] if headers else len(lines)
        yield _insert_line(lines, first, f"{table}.{line}")


def _insert_line(lines: list[str], at: int, line: str) -> str:
    before = "".join(lines[:at])
    gap = "" if not before or before.endswith("\n") else "\n"
    return f"{before}{gap}{line}\n{''.join(lines[at:])}"


def _end_of_block(text: str, block: str) -> str:
    if not text.strip():
        return f"{text}{block}\n"
    return f"{text}{'' if text.endswith(chr(10)) else chr(10)}\n{block}\n"
