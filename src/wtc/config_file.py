"""The user's `config.toml`: what it says, and where."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from wtc.errors import UsageError
from wtc.model.diagnostic import Diagnostic
from wtc.model.position import Position

_FILE = "config.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The settings of one file: key -> value as the file has it, and where each key stands."""

    values: Mapping[str, object] = field(default_factory=dict[str, object])
    positions: Mapping[str, Position] = field(default_factory=dict[str, Position])


def read_user(directory: str) -> Section:
    """The user's `config.toml`; a missing one says nothing.

    Raises:
        UsageError: it is there and is no TOML file.
    """
    path = Path(directory, _FILE)
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return Section()
    except OSError as error:
        raise UsageError(f"cannot read `{path}`", causes=[(error.strerror or str(error)).lower()]) from error
    import tomllib

    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, column = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
        raise _no_toml(path, "it is not UTF-8", line, column) from error
    try:
        values: dict[str, object] = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _no_toml(path, *_where(str(error), text)) from error
    return Section(values=values, positions={key: _position_of(key, text, str(path)) for key in values})


def _where(complaint: str, text: str) -> tuple[str, int, int]:
    """The parser's complaint without its place, and the place: line, column."""
    found = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", complaint, re.DOTALL)
    why = found[1] if found else complaint
    why = why[:1].lower() + why[1:]
    if found is None:
        return why, 1, 1
    if found[2]:
        return why, int(found[2]), int(found[3])
    return why, text.count("\n") + 1, len(text) - text.rfind("\n")


def _no_toml(path: Path, why: str, line: int, column: int) -> UsageError:
    message = f"`{path}` is not a TOML file: {why}"
    return UsageError(message, diagnostics=[Diagnostic(message=message, position=Position(str(path), line, column))])


def _position_of(key: str, text: str, file: str) -> Position:
    # The parser does not say where a key stands.
    found = re.search(rf"^[ \t]*\[*[ \t]*(['\"]?{re.escape(key)}['\"]?)[ \t]*[=.\]]", text, re.MULTILINE)
    if not found:
        return Position(file, 1, 1)
    start = found.start(1)
    return Position(file, text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start))
