"""Run a program in place of wtc."""

import os
import signal
import sys
from collections.abc import Mapping, Sequence

from wtc.errors import WtcError
from wtc.static_typing import NoReturn

CANNOT_RUN, NOT_FOUND = 126, 127
"""The exit statuses of a shell for a program that does not run. Source: POSIX, Shell Command Language, 2.8.2."""
_IGNORED_BY_PYTHON = ("SIGPIPE", "SIGXFZ", "SIGXFSZ")


def replace_process(words: Sequence[str], environment: Mapping[str, str]) -> NoReturn:
    """Replace this process by a program, which is looked for in the `PATH` of the environment.

    Raises:
        WtcError: the program does not exist, or cannot be run; `exit_status` is that of a shell.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    before = {
        number: signal.signal(number, signal.SIG_DFL)
        for name in _IGNORED_BY_PYTHON
        if (number := getattr(signal, name, None)) is not None
    }
    try:
        os.execvpe(words[0], list(words), dict(environment))  # noqa: S606 - the user's command
    except OSError as error:
        for number, handler in before.items():
            signal.signal(number, handler)
        status = NOT_FOUND if isinstance(error, FileNotFoundError) else CANNOT_RUN
        reason = (error.strerror or str(error)).lower()
        raise WtcError(f"cannot run `{words[0]}`", causes=[reason], exit_status=status) from error
