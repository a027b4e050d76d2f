"""Turn the exceptions of the command line library into errors of wtc."""

import re
from collections.abc import Sequence

from wtc.cli.plain_parser import find_command
from wtc.errors import InterruptedByUserError, UsageError, WtcError
from wtc.static_typing import Any

_NO_COMMAND = re.compile(r"No such command '([^']*)'")


def usage_error(error: Exception, arguments: Sequence[str]) -> WtcError | None:
    """Return the error for an exception of the library; None for another exception. `arguments`: the command line."""
    from typer import Abort
    from typer._click.exceptions import ClickException, NoArgsIsHelpError

    if isinstance(error, Abort):
        return InterruptedByUserError("interrupted")
    if isinstance(error, NoArgsIsHelpError):
        return UsageError("a command is missing", hints=["to see the commands, run `wtc --help`"])
    if not isinstance(error, ClickException):
        return None
    context = getattr(error, "ctx", None)
    found = find_command(arguments)
    # The library does not say which command an option belongs to whose value is missing.
    names = found.names if found else []
    if answer := _compose_answer(error, names[-1] if names else "wtc"):
        return answer
    message = _reword(error.format_message().strip().rstrip("."))
    near = _nearest(error, context)
    help_hint = f"to see its options, run `{' '.join(['wtc', *names])} --help`"
    return UsageError(f"{message[:1].lower()}{message[1:]}", hints=[near, help_hint] if near else [help_hint])


def _nearest(error: Exception, context: Any) -> str:
    """Return a hint to the command or the option that was probably meant; empty for another error."""
    from typer._click.exceptions import NoSuchOption

    from wtc.nearest_name import nearest_name

    if context is None:
        return ""
    if isinstance(error, NoSuchOption):
        shown = [one for one in context.command.params if not getattr(one, "hidden", False)]
        return nearest_name(error.option_name, {name for one in shown for name in one.opts})
    found = _NO_COMMAND.match(getattr(error, "message", ""))
    return nearest_name(found[1], context.command.list_commands(context)) if found else ""


def _compose_answer(error: Exception, command: str) -> UsageError | None:
    """Return the answer to a command, or an option of `command`, that only Docker Compose has."""
    from typer._click.exceptions import BadOptionUsage, NoSuchOption

    from wtc.cli.usage.compose_vocabulary import command_answer, option_answer

    if isinstance(error, (NoSuchOption, BadOptionUsage)):
        name = error.option_name if command == "wtc" else f"{command} {error.option_name}"
        answer = option_answer(command, error.option_name)
    else:
        found = _NO_COMMAND.match(getattr(error, "message", ""))
        name = found[1] if found else ""
        answer = command_answer(name)
    return UsageError(f"wtc has no `{name}`: {answer.reason}", hints=[answer.hint]) if answer else None


_WORDING = (
    # `_nearest` has the suggestion.
    (r"(No such command) ('[^']*')(?:\. Did you mean .*)?$", r"\1: \2"),
    (r" \(Possible options: .*\)$", ""),
    (r"(No such option: \S+) Did you mean .*$", r"\1"),
    (r"'([^']*)'", r"`\1`"),
    (r"got unexpected extra arguments?(?:\(s\))? \((.*)\)$", r"unexpected argument `\1`"),
    (r"^(option `[^`]*`) does not take a value$", r"\1 is a flag: its value can be `true` or `false`"),
    (r"^(option `[^`]*`) requires an argument$", r"\1 needs a value"),
    (r"^no such option: (\S+)", r"no such option: `\1`"),
    (r"is not a valid float$", "is not a valid number"),
    (r"is not a valid (?:int|integer)$", "is not a valid whole number"),
)


def _reword(message: str) -> str:
    for pattern, ours in _WORDING:
        message = re.sub(pattern, ours, message, flags=re.IGNORECASE)
    return message
