"""How a command line wants its errors, told from the line alone: they may come before, or while, it is read."""

from collections.abc import Sequence
from typing import Any, NamedTuple


class ErrorFormat(NamedTuple):
    """The options that bear on errors."""

    as_json: bool = False
    """The answer is to be JSON."""
    as_line: bool = False
    """The answer is JSON lines."""
    events: bool = False
    """Standard error is to be JSON lines."""
    debug: bool = False


def error_format(arguments: Sequence[str]) -> ErrorFormat:
    """Reads what there is to read: mistakes are passed over, and so is what belongs to a command in a container."""
    if not any(word.startswith(("--json", "--format", "--events", "--debug")) for word in arguments):
        return ErrorFormat()
    from wtc.cli.app import build_app
    from wtc.cli.command_table import GROUPS, MODULES

    name = next((word for word in arguments if not word.startswith("-")), "")
    if name not in MODULES:
        return ErrorFormat(as_json="--json" in arguments, debug="--debug" in arguments)
    command, rest = build_app().commands[name], arguments[arguments.index(name) + 1 :]
    if name in GROUPS:
        inner = next((word for word in rest if not word.startswith("-")), "")
        if inner not in command.commands:
            return ErrorFormat(as_json="--json" in arguments, debug="--debug" in arguments)
        command, rest = command.commands[inner], rest[rest.index(inner) + 1 :]
    given = _parse_options(command, rest)
    answers = {parameter.name for parameter in command.params}
    return ErrorFormat(
        as_json="as_json" in given or ("as_json" in answers and given.get("form") == "json"),
        as_line=getattr(command, "json_lines", False),
        events=given.get("events") == "json",
        debug="debug" in given,
    )


def _parse_options(command: Any, arguments: Sequence[str]) -> dict[str, Any]:
    """Parameter -> what is given for it, as the library's own reading goes, also for what the command does not have."""
    from typer import Context

    settings: dict[str, Any] = {**command.context_settings, "ignore_unknown_options": True}
    parser = command.make_parser(Context(command, info_name=command.name, resilient_parsing=True, **settings))
    known = {parameter.name for parameter in command.params}
    for flag, name in (("--json", "as_json"), ("--debug", "debug")):
        if name not in known:
            parser.add_option(command.params[0], [flag], dest=name, action="store_const", const=True)
    given, _, _ = parser.parse_args(list(arguments))
    return given
