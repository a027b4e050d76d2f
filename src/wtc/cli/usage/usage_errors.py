"""Turn the exceptions of the command line library into errors of wtc."""

import re

from wtc.errors import InterruptedByUserError, UsageError, WtcError


def usage_error(error: Exception) -> WtcError | None:
    """Return the error for an exception of the library; None for another exception."""
    from typer import Abort
    from typer._click.exceptions import ClickException, NoArgsIsHelpError

    if isinstance(error, Abort):
        return InterruptedByUserError("interrupted")
    if isinstance(error, NoArgsIsHelpError):
        return UsageError("a command is missing", hints=["to see the commands, run `wtc --help`"])
    if not isinstance(error, ClickException):
        return None
    context = getattr(error, "ctx", None)
    if answer := _compose_answer(error, context.info_name if context is not None else ""):
        return answer
    message = _reword(error.format_message().strip().rstrip("."))
    command = context.command_path if context is not None else "wtc"
    return UsageError(f"{message[:1].lower()}{message[1:]}", hints=[f"to see its options, run `{command} --help`"])


def _compose_answer(error: Exception, command: str) -> UsageError | None:
    """Return the answer to a command or an option that only Docker Compose has."""
    from typer._click.exceptions import NoSuchOption

    from wtc.cli.usage.compose_vocabulary import command_answer, option_answer

    if isinstance(error, NoSuchOption):
        name = error.option_name if command == "wtc" else f"{command} {error.option_name}"
        answer = option_answer(command, error.option_name)
    else:
        found = re.match(r"No such command '([^']*)'", getattr(error, "message", ""))
        name = found[1] if found else ""
        answer = command_answer(name)
    return UsageError(f"wtc has no `{name}`: {answer.reason}", hints=[answer.hint]) if answer else None


_WORDING = (
    (r"'([^']*)'", r"`\1`"),
    (r"got unexpected extra arguments?(?:\(s\))? \((.*)\)$", r"unexpected argument `\1`"),
    (r"^no such option: (\S+)", r"no such option: `\1`"),
    (r"is not a valid float$", "is not a valid number"),
    (r"is not a valid (?:int|integer)$", "is not a valid whole number"),
)


def _reword(message: str) -> str:
    for pattern, ours in _WORDING:
        message = re.sub(pattern, ours, message, flags=re.IGNORECASE)
    return message
