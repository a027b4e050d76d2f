"""Read from a command line how its errors are printed, before the command starts."""

from collections.abc import Sequence

from wtc.static_typing import Any, NamedTuple

_OPTIONS = ("--json", "--format", "--events", "--progress", "--debug")


class ErrorFormat(NamedTuple):
    """The options that decide how errors are printed."""

    as_json: bool = False
    """Standard output is JSON."""
    as_line: bool = False
    """Standard output is JSON lines."""
    events: bool = False
    """Standard error is JSON lines."""
    debug: bool = False
    """Errors have a traceback."""


def error_format(arguments: Sequence[str]) -> ErrorFormat:
    """Return the format for a command line, which may be invalid.

    What follows the service of `exec` and `run`, the first word of `sandbox`, or `--` is not wtc's.
    """
    if not any(word.startswith(_OPTIONS) for word in arguments):
        return ErrorFormat()
    from wtc.cli.command_table import GROUPS, MODULES

    name = next((word for word in arguments if not word.startswith("-")), "")
    if name not in MODULES:
        return _without_command(arguments)
    from wtc.cli.app import build_app

    command, rest = build_app().commands[name], arguments[arguments.index(name) + 1 :]
    if name in GROUPS:
        inner = next((word for word in rest if not word.startswith("-")), "")
        if inner not in command.commands:
            return _without_command(arguments)
        command, rest = command.commands[inner], rest[rest.index(inner) + 1 :]
    given = _parse_options(command, rest)
    if given is None:
        return _without_command(arguments)
    answers = {parameter.name for parameter in command.params}
    as_json = "as_json" in given or ("as_json" in answers and given.get("form") == "json")
    return ErrorFormat(
        as_json=as_json,
        as_line=as_json and getattr(command, "json_lines", False),
        events="json" in {given.get("events"), given.get("progress")},
        debug="debug" in given,
    )


def _without_command(arguments: Sequence[str]) -> ErrorFormat:
    """Return the format for a command line whose command does not exist, or whose options cannot be parsed."""
    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return ErrorFormat(as_json="--json" in own, debug="--debug" in own)


def _parse_options(command: Any, arguments: Sequence[str]) -> dict[str, Any] | None:
    """Return parameter -> value, parsed as the library does, without its checks and with `--json` and `--debug`.

    Return None if an option has no value, or a flag has one.
    """
    from typer import Context
    from typer._click.exceptions import ClickException

    settings: dict[str, Any] = {**command.context_settings, "ignore_unknown_options": True}
    parser = command.make_parser(Context(command, info_name=command.name, **settings))
    known = {parameter.name for parameter in command.params}
    for flag, name in (("--json", "as_json"), ("--debug", "debug")):
        if name not in known:
            parser.add_option(command.params[0], [flag], dest=name, action="store_const", const=True)
    try:
        given, _, _ = parser.parse_args(list(arguments))
    except ClickException:
        return None
    return given
