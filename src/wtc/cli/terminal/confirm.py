"""Ask the user before something is removed."""

import sys
from collections.abc import Sequence

from wtc.errors import UsageError


def require_terminal(refused: str, hints: Sequence[str]) -> None:
    """Check that the user can be asked. `refused` and `hints` are those of the error.

    Raises:
        UsageError: standard input is not a terminal.
    """
    if not sys.stdin.isatty():
        raise UsageError(refused, hints=hints)


def confirm(question: str, *, refused: str, hints: Sequence[str]) -> bool:
    """Ask on standard error, and return whether the user agrees.

    Raises:
        UsageError: standard input is not a terminal.
    """
    require_terminal(refused, hints)
    from typer import confirm as ask

    return ask(question, err=True)
