"""Edit JSON files and keep their formatting: only new and changed values are written."""

import json
import re
from collections.abc import Iterator

from wtc.dataclass import dataclass, field
from wtc.harnesses.edit import is_list, is_table, unusable_file
from wtc.static_typing import Any, TypeAlias

Document: TypeAlias = dict[str, Any]
_SPACE = re.compile(r"[ \t\r\n]*")
_ATOM = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s,\]}]+')


def parse_json(text: str | None, path: str) -> Document:
    """Parse a JSON object; no text means an empty object.

    Raises:
        UsageError: the text is not a JSON object, or has a key twice.
    """
    if text is None or not text.strip():
        return {}
    try:
        document: object = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        what = error.msg[:1].lower() + error.msg[1:]
        raise unusable_file(path, f"is not JSON: {what} (line {error.lineno}, column {error.colno})") from error
    except (ValueError, RecursionError) as error:
        raise unusable_file(path, f"cannot be merged with: {error}") from error
    if not is_table(document):
        raise unusable_file(path, "is not a JSON object")
    return document


def json_table(document: Document, key: str, path: str) -> Document:
    """Return the object under a key, created if it is missing.

    Raises:
        UsageError: the value is not an object.
    """
    found: object = document.setdefault(key, {})
    if not is_table(found):
        raise unusable_file(path, f"has a `{key}` that is not an object")
    return found


def render_json(document: Document, before: str | None, path: str) -> str:
    """Return the old text, edited so that it parses to the document."""
    old = parse_json(before, path)
    if before is not None and old == document:
        return before
    found = re.search(r"^([ \t]+)\S", before or "", re.MULTILINE)
    unit = found[1] if found else "  "
    if before is None or not before.strip():
        return _dump(document, unit) + "\n"
    text = before
    # From the end, so that the positions before an edit stay valid.
    for start, end, new in sorted(_edits(before, _scan(before, 0), old, document, unit), reverse=True):
        text = text[:start] + (new.replace("\n", "\r\n") if "\r\n" in before else new) + text[end:]
    return text if parse_json(text, path) == document else _dump(document, unit) + "\n"


def _unique(pairs: list[tuple[str, Any]]) -> Document:
    document = dict(pairs)
    if len(document) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key `{twice}` occurs twice")
    return document


def _refuse_constant(constant: str) -> None:
    # `NaN` and `Infinity` are extensions of Python that no harness reads.
    raise ValueError(f"`{constant}` is not a JSON value")


def _dump(value: object, unit: str | None, base: str = "") -> str:
    return json.dumps(value, indent=unit, ensure_ascii=False).replace("\n", f"\n{base}")


@dataclass(slots=True, kw_only=True)
class _Node:
    """The position of a value in the text. For an entry of an object, `begin` is the position of its key."""

    lead: int
    """The position after the preceding comma or bracket."""
    begin: int
    start: int
    end: int = 0
    entries: dict[str | int, "_Node"] = field(default_factory=dict[str | int, "_Node"])


def _scan(text: str, at: int) -> _Node:
    """Return the position of the value at `at`. The text must be valid JSON."""
    start = _end_of(_SPACE, text, at)
    node = _Node(lead=at, begin=start, start=start)
    if text[start] not in "{[":
        node.end = _end_of(_ATOM, text, start)
        return node
    at = start + 1
    while text[_end_of(_SPACE, text, at)] not in "}]":
        begin = _end_of(_SPACE, text, at)
        key: str | int = len(node.entries)
        value = begin
        if text[start] == "{":
            value = _end_of(_ATOM, text, begin)
            key = json.loads(text[begin:value])
            value = _end_of(_SPACE, text, value) + 1
        entry = _scan(text, value)
        entry.lead, entry.begin = at, begin
        node.entries[key] = entry
        at = _end_of(_SPACE, text, entry.end)
        if text[at] != ",":
            break
        at += 1
    node.end = _end_of(_SPACE, text, at) + 1
    return node


def _end_of(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


Edit: TypeAlias = tuple[int, int, str]
"""(start, end, replacement)."""


def _edits(text: str, node: _Node, old: object, new: object, unit: str) -> Iterator[Edit]:
    if old == new:
        return
    if is_table(old) and is_table(new) and old.keys() <= new.keys():
        for key in old:
            yield from _edits(text, node.entries[key], old[key], new[key], unit)
        more = {key: value for key, value in new.items() if key not in old}
        if more:
            yield _insertion(text, node, [(f"{json.dumps(k, ensure_ascii=False)}: ", v) for k, v in more.items()], unit)
    elif is_list(old) and is_list(new) and len(old) <= len(new):
        for place, value in enumerate(old):
            yield from _edits(text, node.entries[place], value, new[place], unit)
        if more := new[len(old) :]:
            yield _insertion(text, node, [("", value) for value in more], unit)
    else:
        yield node.start, node.end, _dump(new, unit, _indent(text, node.start))


def _insertion(text: str, node: _Node, more: list[tuple[str, object]], unit: str) -> Edit:
    """Return the edit that adds entries (key text or "", value) after the existing ones."""
    if not node.entries:
        base = _indent(text, node.start)
        inner = f"\n{base}{unit}"
        rows = [f"{inner}{key}{_dump(value, unit, base + unit)}" for key, value in more]
        return node.start + 1, node.end - 1, f"{','.join(rows)}\n{base}"
    last = list(node.entries.values())[-1]
    lead = text[last.lead : last.begin]
    if "\n" in lead:
        base = lead.rpartition("\n")[2]
        return last.end, last.end, "".join(f",\n{base}{key}{_dump(value, unit, base)}" for key, value in more)
    return last.end, last.end, "".join(f", {key}{_dump(value, None)}" for key, value in more)


def _indent(text: str, at: int) -> str:
    """Return the indentation of the line at a position."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(" \t"))]
