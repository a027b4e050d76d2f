"""Edit TOML files with tomlkit, which keeps their comments, order and spacing.

tomlkit is imported by the edits alone. Each edit is parsed again, and is used only if it gives the wanted document.
"""

import json
import tomllib
from collections.abc import Callable, Mapping, Sequence

from wtc.harnesses.edit import is_list, is_table, unusable_file
from wtc.static_typing import Any, TypeAlias

Document: TypeAlias = dict[str, Any]


def parse_toml(text: str | None, path: str) -> Document:
    """Parse TOML; no text means an empty document.

    Raises:
        UsageError: the text is not TOML.
    """
    try:
        return _loads(text or "")
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


def set_string(text: str, table: str | Sequence[str], key: str, value: str) -> str | None:
    """Return the text with a string in a table, which is created if it is missing; None if that is not possible.

    `table` is its name, or the names of the tables that lead to it.
    """

    def change(document: Any, item: Callable[[str], Any]) -> None:
        owner = document
        for name in (table,) if isinstance(table, str) else table:
            owner = owner[name] if name in owner else owner.setdefault(name, {})
            if not is_table(owner):
                raise TypeError(f"`{name}` is not a table")
        owner[key] = item(value)

    return _edited(text, change)


def append_block(text: str, table: str, key: str, value: str) -> str | None:
    """Return the text with one more entry in an array of tables; None if that is not possible."""

    def change(document: Any, item: Callable[[str], Any]) -> None:
        if not is_list(document[table]):
            raise TypeError(f"`{table}` is not an array")
        document[table].append({key: item(value)})

    return _edited(text, change)


def replace_by_table(text: str, key: str, entries: Mapping[str, str]) -> str | None:
    """Return the text with an inline table in place of a string at its root; None if that is not possible."""

    def change(document: Any, item: Callable[[str], Any]) -> None:
        old = document[key]
        if hasattr(old, "trivia"):
            import tomlkit

            new = tomlkit.inline_table()
            for name, value in entries.items():
                new.append(name, item(value))
            document[key] = new
            document[key].trivia.comment = old.trivia.comment
        else:
            document[key] = {name: item(value) for name, value in entries.items()}

    return _edited(text, change)


def _edited(text: str, change: Callable[[Any, Callable[[str], Any]], None]) -> str | None:
    """Change the text, and the plain document that the new text must parse to."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    wanted = _loads(text)
    try:
        change(wanted, str)
        document = tomlkit.parse(text.replace("\r\n", "\n"))
        change(document, lambda value: tomlkit.value(quote_string(value)))
        after = tomlkit.dumps(document)  # pyright: ignore[reportUnknownMemberType] - its parameter has no full type
        if _loads(after) != wanted:
            return None
    except (TOMLKitError, tomllib.TOMLDecodeError, TypeError, ValueError):
        return None
    return after.replace("\n", "\r\n") if "\r\n" in text else after


def _loads(text: str) -> Document:
    return tomllib.loads(text.replace("\r\n", "\n"))
