"""Turn PyYAML's syntax errors into messages with positions and hints. Imported only after an error."""

from yaml import MarkedYAMLError, YAMLError
from yaml.reader import ReaderError

from wtc.model.position import Position
from wtc.static_typing import Any

_HINTS = {
    "\t": "to indent, use spaces instead of the tab",
    "`": "to start a value with a backquote, put it in quotes",
    "@": "to start a value with `@`, put it in quotes",
    "%": "to start a value with `%`, put it in quotes",
}


def explain_syntax_error(error: YAMLError, data: bytes, file: str) -> tuple[str, Position, str]:
    """Return the message, the position and the hint (may be empty)."""
    if isinstance(error, ReaderError):
        return _unreadable(error, data, file)
    if not isinstance(error, MarkedYAMLError):
        return f"not valid YAML: {error}", Position(file, 1, 1), ""
    problem = error.problem or "unexpected end of file"
    mark: Any = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    message = f"not valid YAML: {problem}" + (f" {error.context}" if error.context else "")
    lines = data.decode("utf-8", "replace").splitlines()
    at = lines[line][column : column + 1] if line < len(lines) else ""
    return message, Position(file, line + 1, column + 1), _HINTS.get(at, "") if "token" in problem else ""


def _unreadable(error: ReaderError, data: bytes, file: str) -> tuple[str, Position, str]:
    """Explain a byte or character that YAML does not allow.

    The position is computed again, because PyYAML's C reader counts bytes and its Python reader counts characters.
    """
    encoding = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}.get(data[:2], "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as wrong:
        before = data[: wrong.start].decode(encoding, "replace")
        return f"not valid {encoding.upper()}: unexpected byte 0x{data[wrong.start]:02x}", _end(before, file), ""
    import re

    match = re.search("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    if not match:
        return f"not valid YAML: {error.reason}", Position(file, 1, 1), ""
    message = f"the control character 0x{ord(match[0]):02x} is not allowed in a YAML file"
    hint = "to use it in a value, write it as an escape sequence in double quotes"
    return message, _end(text[: match.start()], file), hint


def _end(before: str, file: str) -> Position:
    """Return the position after a text."""
    lines = before.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return Position(file, len(lines), len(lines[-1]) + 1)
