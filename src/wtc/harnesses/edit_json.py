"""JSON files that are edited as people wrote them: what is there stays to the letter, what is new comes beside it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from wtc.harnesses.edit import is_list, is_table, unusable_file

Document: TypeAlias = dict[str, Any]
_SPACE = re.compile(r"[ \t\r\n]*")
_ATOM = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s,\]}]+')


def parse_json(text: str | None, path: str) -> Document:
    """The document; an empty one where there is no text.

    Raises:
        UsageError: it is no JSON object, or names a key twice.
    """
    if text is None or not text.strip():
        return {}
    try:
        document: object = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        what = error.msg[:1].lower() + error.msg[1:]
        raise unusable_file(path, f"is not JSON: {what} (line {error.lineno}, column {error.colno})") from error
    except (ValueError, RecursionError) as error:
        raise unusable_file(path, f"is not JSON that can be merged with: {error}") from error
    if not is_table(document):
        raise unusable_file(path, "holds no JSON object")
    return document


def json_table(document: Document, key: str, path: str) -> Document:
    """The object under a key, made where it is missing.

    Raises:
        UsageError: something else stands there.
    """
    found: object = document.setdefault(key, {})
    if not is_table(found):
        raise unusable_file(path, f"has no object as `{key}`")
    return found


def render_json(document: Document, before: str | None, path: str) -> str:
    """The text that was there with what the document has more, or has otherwise."""
    old = parse_json(before, path)
    if before is not None and old == document:
        return before
    found = re.search(r"^([ \t]+)\S", before or "", re.MULTILINE)
    unit = found[1] if found else "  "
    if before is None or not before.strip():
        return _dump(document, unit) + "\n"
    text = before
    # From the end, so that the places before are where they were.
    for start, end, new in sorted(_edits(before, _scan(before, 0), old, document, unit), reverse=True):
        text = text[:start] + (new.replace("\n", "\r\n") if "\r\n" in before else new) + text[end:]
    return text if parse_json(text, path) == document else _dump(document, unit) + "\n"


def _unique(pairs: list[tuple[str, Any]]) -> Document:
    document = dict(pairs)
    if len(document) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"`{twice}` is there twice")
    return document


def _refuse_constant(constant: str) -> None:
    # Python's own; no harness reads it.
    raise ValueError(f"`{constant}` is no value")


def _dump(value: object, unit: str | None, base: str = "") -> str:
    return json.dumps(value, indent=unit, ensure_ascii=False).replace("\n", f"\n{base}")


@dataclass(slots=True, kw_only=True)
class _Node:
    """A value's place in the text; of an entry of an object `begin` is its key's place."""

    lead: int
    """Behind the comma or bracket before it."""
    begin: int
    start: int
    end: int = 0
    entries: dict[str | int, "_Node"] = field(default_factory=dict[str | int, "_Node"])


def _scan(text: str, at: int) -> _Node:
    """The value that stands there. The text is known to be JSON."""
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
"""From where to where, and what comes there."""


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
    """Entries (a key, or nothing, and a value) behind those that are there."""
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
    """What the line begins with that the place is on."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(" \t"))]
