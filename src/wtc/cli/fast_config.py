"""Parse simple command lines of `wtc config` without the command-line library, whose import is slow.

The library parses everything else: help, abbreviations, invalid options, and every other command.
"""

from collections.abc import Sequence
from typing import Any

from wtc.cli.config_options import CONFIG_OPTIONS

LISTS = {"-f": "file", "--file": "file", "--compose": "file", "--env-file": "env_file", "--profile": "profile"}
VALUES = {
    "-w": "worktree",
    "--worktree": "worktree",
    "--context": "context",
    **{name: option.parameter for option in CONFIG_OPTIONS if option.metavar for name in option.names},
}
FLAGS = {name: option.parameter for option in CONFIG_OPTIONS if not option.metavar for name in option.names}
_TARGET_OPTIONS = ("worktree", "file", "env_file", "profile", "context")


def run_config(arguments: Sequence[str]) -> bool:
    """Run `wtc config ARGUMENTS`. Return False, without doing anything, if the library has to parse the line.

    Raises:
        WtcError: as the command does.
    """
    given = parse_config_options(arguments)
    if given is None:
        return False
    from wtc.cli.render.config import show_config
    from wtc.cli.target import make_target

    located = {name: given.pop(name) for name in _TARGET_OPTIONS if name in given}
    show_config(make_target(**located), **given)
    return True


def parse_config_options(arguments: Sequence[str]) -> dict[str, Any] | None:
    """Return parameter -> value, or None if the library has to parse the line."""
    given: dict[str, Any] = {}
    services: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        name, equals, value = argument.partition("=")
        if argument in FLAGS:
            given[FLAGS[argument]] = True
        elif name in LISTS or name in VALUES:
            if not equals:
                value = next(rest, "-")
            if (equals and not name.startswith("--")) or value.startswith("-"):
                return None
            if name in LISTS:
                given.setdefault(LISTS[name], []).append(value)
            else:
                given[VALUES[name]] = value
        elif argument.startswith("-"):
            return None
        else:
            services.append(argument)
    return {**given, "services": services} if services else given
