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
    if (option := getattr(error, "option_name", "")) in {"-p", "--project-name"}:
        return UsageError(
            f"`{option}` does not name a stack: wtc names each worktree's stack itself",
            hints=["to run a second stack, run `wtc up` in another worktree", "to print the name, run `wtc env`"],
        )
    message = _reword(error.format_message().strip().rstrip("."))
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "wtc"
    return UsageError(f"{message[:1].lower()}{message[1:]}", hints=[f"to see its options, run `{command} --help`"])


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
