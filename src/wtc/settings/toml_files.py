"""Read settings from TOML files, `config.toml` and `wtc.toml`, with the position of each key."""

import os
import re
from collections.abc import Mapping

from wtc.dataclass import dataclass, field
from wtc.errors import UsageError, WtcError
from wtc.model.diagnostic import Diagnostic
from wtc.model.position import Position
from wtc.regular_file import read_regular_file

_FILE = "config.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The settings of one file: key -> value as parsed, and key -> position."""

    values: Mapping[str, object] = field(default_factory=dict[str, object])
    positions: Mapping[str, Position] = field(default_factory=dict[str, Position])


def read_user_settings(directory: str) -> Section:
    """Read the user's `config.toml`; a missing file is empty, and so is one in a folder of which nothing can be known.

    Raises:
        UsageError: the file cannot be read, or is not TOML.
    """
    path = os.path.join(directory, _FILE)
    try:
        content = read_regular_file(path)
    except (FileNotFoundError, NotADirectoryError):
        return Section()
    except OSError as error:
        if isinstance(error, PermissionError) and not os.access(directory, os.X_OK):
            return Section()
        raise UsageError(f"cannot read `{path}`", causes=[(error.strerror or str(error)).lower()]) from error
    return parse_settings(content, path, UsageError)


def parse_settings(content: bytes, path: str, error: type[WtcError]) -> Section:
    """Parse a TOML file of settings.

    Raises:
        WtcError: the file is not TOML; an `error`, with the position.
    """
    import tomllib

    try:
        text = content.decode()
    except UnicodeDecodeError as raised:
        before = content[: raised.start]
        line, column = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
        raise _not_toml(Position(path, line, column), "it is not UTF-8", error) from raised
    try:
        values: dict[str, object] = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as raised:
        why, line, column = _split_position(str(raised), text)
        raise _not_toml(Position(path, line, column), why, error) from raised
    return Section(values=values, positions={key: _position_of(key, text, path) for key in values})


def _split_position(message: str, text: str) -> tuple[str, int, int]:
    """Split the parser's message into the reason, the line and the column."""
    found = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", message, re.DOTALL)
    why = found[1] if found else message
    why = why[:1].lower() + why[1:]
    if found is None:
        return why, 1, 1
    if found[2]:
        return why, int(found[2]), int(found[3])
    return why, text.count("\n") + 1, len(text) - text.rfind("\n")


def _not_toml(position: Position, why: str, error: type[WtcError]) -> WtcError:
    message = f"`{position.file}` is not a TOML file: {why}"
    return error(message, diagnostics=[Diagnostic(message=message, position=position)])


def _position_of(key: str, text: str, file: str) -> Position:
    # The parser does not report positions.
    found = re.search(rf"^[ \t]*\[*[ \t]*(['\"]?{re.escape(key)}['\"]?)[ \t]*[=.\]]", text, re.MULTILINE)
    if not found:
        return Position(file, 1, 1)
    start = found.start(1)
    return Position(file, text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start))
