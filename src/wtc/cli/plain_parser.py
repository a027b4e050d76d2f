"""Parse valid command lines without the command-line library, whose import takes longer than a short command.

The library parses all other lines: help, completion, and those with an error, so that it reports them. What this parser
accepts it reads exactly as the library does.
"""

import sys
from collections.abc import Mapping, Sequence

from wtc.cli.command_table import GROUPS, MODULES
from wtc.cli.declarations import REQUIRED, Command, Option, Parameter
from wtc.cli.error_format import ErrorFormat
from wtc.static_typing import Any, NamedTuple


class PlainLine:
    """A valid command line."""

    __slots__ = ("command", "given", "json_lines")

    def __init__(self, command: Command, given: dict[str, Any], *, json_lines: bool) -> None:
        self.command = command
        self.given = given
        """Parameter -> value, for all parameters of the command."""
        self.json_lines = json_lines

    def error_format(self) -> ErrorFormat:
        """Return how errors are printed."""
        given = self.given.get("as_json")
        as_json = bool(given) or (given is not None and self.given.get("form") == "json")
        return ErrorFormat(
            as_json=as_json,
            as_line=as_json and self.json_lines,
            events="json" in {self.given.get("events"), self.given.get("progress")},
            debug=bool(self.given.get("debug")),
        )

    def run(self) -> Any:
        """Run the command and return its result."""
        return self.command.run(self.given)


class FoundCommand(NamedTuple):
    """The command that a line names, and the words behind it."""

    names: list[str]
    """The command, or its group and the command."""
    command: Command
    words: list[str]
    interspersed: bool
    """Whether options can follow arguments."""
    json_lines: bool


def find_command(arguments: Sequence[str]) -> FoundCommand | None:
    """Return the command at the beginning of the line; None for an option or another word."""
    name, *rest = arguments or ("",)
    path = MODULES.get(name)
    if path is None:
        return None
    names = [name]
    if name in GROUPS:
        if not rest or rest[0] not in {entry.name for entry in GROUPS[name]}:
            return None
        names.append(rest.pop(0))
        path = f"{path}.{names[-1]}"
    # `importlib` takes longer to import than most of the modules that this may find.
    __import__(path)
    module = sys.modules[path]
    settings: Mapping[str, bool] = getattr(module, "CONTEXT", {})
    return FoundCommand(
        names=names,
        command=module.command,
        words=rest,
        interspersed=settings.get("allow_interspersed_args", True),
        json_lines=getattr(module, "JSON_LINES", False),
    )


def parse_line(arguments: Sequence[str]) -> PlainLine | None:
    """Return the parsed line, or None if the library has to parse it."""
    found = find_command(arguments)
    if found is None:
        return None
    given = parse_words(found.command, found.words, interspersed=found.interspersed)
    if given is None:
        return None
    return PlainLine(found.command, given, json_lines=found.json_lines)


def parse_words(command: Command, words: Sequence[str], *, interspersed: bool) -> dict[str, Any] | None:
    """Return parameter -> value for the words behind the command, or None if the library has to parse them.

    `interspersed`: whether options can follow arguments.
    """
    parameters = command.parameters()
    texts: dict[str, list[Any]] = {}
    arguments = _split_options(words, named_options(parameters), texts, interspersed=interspersed)
    if arguments is None or not _assign_arguments(parameters, arguments, texts):
        return None
    try:
        return {one.name: _value(one, texts.get(one.name)) for one in parameters}
    except ValueError:
        return None


def named_options(parameters: Sequence[Parameter]) -> dict[str, tuple[Parameter, bool]]:
    """Return name of an option -> its parameter, and the value that it has as a flag."""
    found: dict[str, tuple[Parameter, bool]] = {}
    for one in parameters:
        if isinstance(one.declaration, Option):
            for name in one.declaration.names:
                positive, slash, negative = name.partition("/")
                found[positive] = one, True
                if slash:
                    found[negative] = one, False
    return found


def _split_options(
    words: Sequence[str],
    options: Mapping[str, tuple[Parameter, bool]],
    texts: dict[str, list[Any]],
    *,
    interspersed: bool,
) -> list[str] | None:
    """Put the values of the options into `texts`, and return the arguments. Return None for an invalid option."""
    arguments: list[str] = []
    rest = list(reversed(words))
    while rest:
        word = rest.pop()
        if word == "--":
            break
        if not word.startswith("-") or word == "-":
            arguments.append(word)
            if interspersed:
                continue
            break
        read = _read_long if word.startswith("--") else _read_short
        if not read(word, rest, options, texts):
            return None
    return [*arguments, *reversed(rest)]


def _read_long(
    word: str, rest: list[str], options: Mapping[str, tuple[Parameter, bool]], texts: dict[str, list[Any]]
) -> bool:
    """Read `--name`, `--name=value` or `--name value`. Return whether it is valid. `rest` has the next word last."""
    name, equals, value = word.partition("=")
    if name not in options:
        return False
    one, flag = options[name]
    if one.type is bool:
        texts.setdefault(one.name, []).append(flag)
        return not equals
    if not equals and not rest:
        return False
    texts.setdefault(one.name, []).append(value if equals else rest.pop())
    return True


def _read_short(
    word: str, rest: list[str], options: Mapping[str, tuple[Parameter, bool]], texts: dict[str, list[Any]]
) -> bool:
    """Read `-n`, `-nVALUE`, `-n VALUE` or several flags as in `-abn VALUE`. Return whether all are valid."""
    for place, letter in enumerate(word[1:], 2):
        if f"-{letter}" not in options:
            return False
        one, flag = options[f"-{letter}"]
        if one.type is bool:
            texts.setdefault(one.name, []).append(flag)
            continue
        if not word[place:] and not rest:
            return False
        texts.setdefault(one.name, []).append(word[place:] or rest.pop())
        break
    return True


def _assign_arguments(parameters: Sequence[Parameter], words: list[str], texts: dict[str, list[Any]]) -> bool:
    """Put the values of the arguments into `texts`. Return whether each required one has a value, and none is left."""
    place = 0
    for one in parameters:
        if not isinstance(one.declaration, Option):
            end = len(words) if one.many else place + 1
            if found := words[place:end]:
                texts[one.name] = list(found)
            elif one.default is REQUIRED:
                return False
            place = end
    return place >= len(words)


def _value(one: Parameter, texts: list[Any] | None) -> Any:
    """Convert the values of a parameter.

    Raises:
        ValueError: one is not valid.
    """
    if texts is None:
        return list(one.default) if one.many and one.default is not None else one.default
    if one.many:
        return [_convert(one, text) for text in texts]
    return _convert(one, texts[-1])


def _convert(one: Parameter, text: Any) -> Any:
    value = one.type(text)
    limits = one.declaration.settings
    lowest, highest = limits.get("min"), limits.get("max")
    if (lowest is not None and value < lowest) or (highest is not None and value > highest):
        raise ValueError
    return value
