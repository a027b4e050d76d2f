"""Rewrite values as Go's flags have them, which Docker Compose accepts, for the parsers of wtc. Pure.

Go joins a value to a flag (`--build=false`) and to a short option (`-n=5`); the command-line library does neither.

Source: github.com/spf13/pflag, `parseSingleShortArg`; `strconv.ParseBool`.
"""

from collections.abc import Mapping, Sequence

from wtc.cli.declarations import Option, Parameter
from wtc.cli.plain_parser import find_command, named_options
from wtc.cli.usage.compose_vocabulary import option_answer

_BOOLEANS = {
    **dict.fromkeys(("1", "t", "T", "true", "TRUE", "True"), True),
    **dict.fromkeys(("0", "f", "F", "false", "FALSE", "False"), False),
}

_Options = Mapping[str, tuple[Parameter, bool]]


def rewrite_go_values(arguments: Sequence[str]) -> list[str]:
    """Return the line with `--flag=BOOL` as `--flag`, its opposite or nothing, and with `-x=VALUE` as `-xVALUE`.

    What is not valid stays as it is, so that the library reports it. So do the words that belong to another program.
    """
    found = find_command(arguments)
    if found is None:
        return list(arguments)
    options = named_options(found.command.parameters())
    written: list[str] = []
    rest = list(reversed(found.words))
    while rest:
        word = rest.pop()
        if word == "--" or (not found.interspersed and not word.startswith("-")):
            return [*found.names, *written, word, *reversed(rest)]
        if not word.startswith("-") or word == "-":
            written.append(word)
            continue
        rewrite = _rewrite_long if word.startswith("--") else _rewrite_short
        words, takes_next = rewrite(found.names[-1], word, options)
        written += words
        if takes_next and rest:
            written.append(rest.pop())
    return [*found.names, *written]


def _rewrite_long(command: str, word: str, options: _Options) -> tuple[list[str], bool]:
    """Return the option as the library reads it, nothing to leave it out, and whether the next word is its value."""
    name, equals, value = word.partition("=")
    wanted = _BOOLEANS.get(value) if equals else None
    if name not in options:
        return [] if wanted is False and _is_absent_flag(command, name) else [word], False
    one, positive = options[name]
    if one.type is not bool:
        return [word], not equals
    if wanted is None:
        return [word], False
    return [name] if wanted else _opposite(one, positive=positive), False


def _rewrite_short(command: str, word: str, options: _Options) -> tuple[list[str], bool]:
    """Do the same for `-abn=VALUE`."""
    for place, letter in enumerate(word[1:], 1):
        before, value = word[:place], word[place + 1 :]
        flags = [] if before == "-" else [before]
        wanted = _BOOLEANS.get(value[1:]) if value.startswith("=") else None
        if f"-{letter}" not in options:
            return flags if wanted is False and _is_absent_flag(command, f"-{letter}") else [word], False
        one, positive = options[f"-{letter}"]
        if one.type is not bool:
            joined = value[1:] if value.startswith("=") and len(value) > 1 else value
            return [f"{before}{letter}{joined}"], not value
        if wanted is not None:
            return [f"{before}{letter}"] if wanted else [*flags, *_opposite(one, positive=positive)], False
    return [word], False


def _is_absent_flag(command: str, name: str) -> bool:
    """Return whether it is a flag of Docker Compose that wtc does not have."""
    answer = option_answer(command, name)
    return answer is not None and answer.is_flag


def _opposite(one: Parameter, *, positive: bool) -> list[str]:
    """Return the option that sets the flag to the opposite, nothing if it is off by default."""
    for written in one.declaration.names if isinstance(one.declaration, Option) else ():
        on, slash, off = written.partition("/")
        if slash:
            return [off if positive else on]
    return []
