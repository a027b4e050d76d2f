"""Parse env files: `.env`, `--env-file` and a service's `env_file`.

Source: https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax
"""

import re
from collections.abc import Callable

from wtc.compose.interpolation.template import Lookup, Placed, SubstitutionBudget, TemplateError, substitute
from wtc.model.position import Position
from wtc.static_typing import TypeAlias

PlacedAt: TypeAlias = Callable[[Position], Placed]
"""The position of a value -> what `template.substitute` takes as `placed`."""

_BLANK = "\t\v\f\r \x85\xa0"
_EXPORT = re.compile(r"export[\t\n\f\r ]")
_KEY = re.compile(r"[\w.\-\[\] \t]*(?=[=:\n])")
"""The usual name; others are checked character by character."""
_KEY_MARKS = frozenset("_.-[]")
MAX_VARIABLES = 50_000
"""Maximum number of definitions in a file."""
_TOO_MANY = f"the file has more than {MAX_VARIABLES} variables"
_ESCAPE = re.compile(r'\\(?:[abcfnrtv$"\\]|0\d{0,3})', re.ASCII)
_ESCAPED = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
    '"': '"',
    "$": "$$",
}


class DotenvError(ValueError):
    """An env file that cannot be parsed. The message never contains a value."""

    def __init__(self, message: str, position: Position, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.hint = hint


def parse_dotenv(
    text: str,
    lookup: Lookup,
    *,
    file: str,
    raw: bool = False,
    unset: Callable[[str], None] | None = None,
    bare: Callable[[str], None] | None = None,
    placed_at: PlacedAt | None = None,
    positions: dict[str, Position] | None = None,
    work: SubstitutionBudget | None = None,
) -> dict[str, str]:
    """Return the variables of an env file; the last definition of a name wins.

    A line with only a name takes its value from `lookup`, or is skipped if it has none; `bare` is called with the name.
    `$NAME` in a value is looked up with `lookup`, then among earlier lines; `unset` is called with names found in
    neither. With `raw` (`format: raw`) a value is everything after the `=`, without quotes or interpolation.
    `placed_at` gets the position of a value and takes precedence over `lookup`: see `template.substitute`.
    `positions` gets the position of each name's last definition. `work` is the budget that several files share.

    Raises:
        DotenvError: a name, a quoted value or a variable in a value is not valid, or there are too many of them.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if raw:
        return _parse_raw(text, lookup, file, bare, positions)
    reader = _Reader(text, lookup, file, unset, bare, placed_at, work or SubstitutionBudget())
    found = reader.read()
    if positions is not None:
        positions.update(reader.positions)
    return found


def _parse_raw(
    text: str,
    lookup: Lookup,
    file: str,
    bare: Callable[[str], None] | None,
    positions: dict[str, Position] | None,
) -> dict[str, str]:
    found: dict[str, str] = {}
    statements = 0
    for number, line in enumerate(text.split("\n"), 1):
        written = line.lstrip()
        if not written or written.startswith("#"):
            continue
        statements += 1
        if statements > MAX_VARIABLES:
            raise DotenvError(_TOO_MANY, Position(file, number, 1))
        key, equals, value = written.partition("=")
        if not key:
            raise DotenvError("a line has no variable name before `=`", Position(file, number, 1))
        if " " in key or "\t" in key:
            raise DotenvError(f"the variable name `{key}` contains a space or tab", Position(file, number, 1))
        if positions is not None:
            positions[key] = Position(file, number, len(line) - len(written) + 1)
        if equals:
            found[key] = value
        else:
            _inherit(key, found, lookup, bare)
    return found


def _inherit(key: str, found: dict[str, str], lookup: Lookup, bare: Callable[[str], None] | None) -> None:
    if bare is not None:
        bare(key)
    if (value := lookup(key)) is not None:
        found[key] = value


class _Reader:
    """Parses one text from start to end. A statement may span lines, because a quoted value may."""

    def __init__(
        self,
        text: str,
        lookup: Lookup,
        file: str,
        unset: Callable[[str], None] | None,
        bare: Callable[[str], None] | None,
        placed_at: PlacedAt | None,
        work: SubstitutionBudget,
    ) -> None:
        self.placed_at = placed_at
        self.work = work
        self.text = text
        self.lookup = lookup
        self.file = file
        self.unset = unset
        self.bare = bare
        self.at = 0
        self.counted, self.line = 0, 1
        self.found: dict[str, str] = {}
        self.positions: dict[str, Position] = {}

    def read(self) -> dict[str, str]:
        statements = 0
        while self._next_statement():
            start = self.at
            statements += 1
            if statements > MAX_VARIABLES:
                raise self._error(_TOO_MANY, start)
            key, inherited = self._key()
            self.positions[key] = self._position(start)
            if " " in key:
                hint = "to give it a value, write `NAME=value`"
                message = f"the variable name `{key}` contains a space"
                raise self._error(message, self.at - 1 if inherited else self.at, hint)
            if inherited:
                _inherit(key, self.found, self.lookup, self.bare)
            else:
                self.found[key] = self._value()
        return self.found

    def _error(self, message: str, at: int, hint: str = "") -> DotenvError:
        return DotenvError(message, self._position(at), hint=hint)

    def _position(self, at: int) -> Position:
        # Counts from the last position on: a file of many lines is counted once.
        if at < self.counted:
            self.counted, self.line = 0, 1
        self.line += self.text.count("\n", self.counted, at)
        self.counted = at
        return Position(self.file, self.line, at - self.text.rfind("\n", 0, at))

    def _next_statement(self) -> bool:
        """Skip blanks and comment lines. Return whether any text is left."""
        while self.at < len(self.text):
            if self.text[self.at].isspace():
                self.at += 1
            elif self.text[self.at] == "#":
                end = self.text.find("\n", self.at)
                self.at = end if end >= 0 else len(self.text)
            else:
                return True
        return False

    def _key(self) -> tuple[str, bool]:
        """Return the name, and whether its line has no value. A text that ends within a name gives an empty name."""
        if _EXPORT.match(self.text, self.at):
            self.at += len("export")
            self._skip_blanks()
            if self.at == len(self.text):
                raise self._error("`export` is not followed by a variable name", self.at - 1)
        usual = _KEY.match(self.text, self.at)
        for at in range(usual.end() if usual else self.at, len(self.text)):
            char = self.text[at]
            if char in "=:\n":
                key = self.text[self.at : at].rstrip()
                self.at = at + 1
                self._skip_blanks()
                return key, char == "\n"
            if not (char in _BLANK or char in _KEY_MARKS or char.isalpha() or char.isnumeric()):
                raise self._error(f"`{char}` is not allowed in a variable name", at)
        return "", False

    def _skip_blanks(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in _BLANK:
            self.at += 1

    def _value(self) -> str:
        quote = self.text[self.at : self.at + 1]
        if quote and quote in "\"'":
            return self._quoted(quote)
        start = self.at
        end = self.text.find("\n", start)
        end = end if end >= 0 else len(self.text)
        self.at = end + 1
        return self._expand(self.text[start:end].split(" #", 1)[0].rstrip(), start)

    def _quoted(self, quote: str) -> str:
        start = self.at
        chars: list[str] = []
        escaped = False
        for at in range(start + 1, len(self.text)):
            char = self.text[at]
            if char == quote and not escaped:
                self.at = at + 1
                value = "".join(chars)
                return value if quote == "'" else self._expand(_ESCAPE.sub(_unescape, value), start)
            if char == "\\" and not escaped:
                escaped = True
                continue
            if escaped and char != quote:
                chars.append("\\")
            escaped = False
            chars.append(char)
        raise self._error(f"the quoted value has no closing `{quote}`", start)

    def _expand(self, value: str, start: int) -> str:
        try:
            placed = self.placed_at(self._position(start)) if self.placed_at is not None else None
            return substitute(value, self._variable, self.unset, self.work, placed=placed)
        except TemplateError as error:
            raise self._error(error.message, start, error.hint) from None

    def _variable(self, name: str) -> str | None:
        value = self.lookup(name)
        return self.found.get(name) if value is None else value


def _unescape(match: re.Match[str]) -> str:
    text = match[0]
    if text[1] == "0":
        digits = text[2:]  # Three octal digits are a character; fewer stay in the text, without the 0.
        return chr(int(digits, 8)) if re.fullmatch("[0-3][0-7]{2}", digits) else "\\" + digits
    return _ESCAPED.get(text[1], text)
