"""Every error that wtc raises on purpose; the command line turns them into text and an exit status, once."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Self

from wtc.model.diagnostic import Diagnostic


class Exit(IntEnum):
    """The exit statuses of `wtc`."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    COMPOSE_FILE = 3
    ENGINE_UNREACHABLE = 4
    CONFLICT = 5
    BUG = 70
    INTERRUPTED = 130
    TERMINATED = 143


class WtcError(Exception):
    """What went wrong (lower case, literals in backticks, no final period), why, and what to do next.

    `causes` are lines from the nearest to the farthest, `hints` read "to X, run `Y`", `detail` is text that belongs to
    the error and is shown as it is (a container's last log lines, a build's output), `notes` are what else there is to
    know (what failed beside it, what runs by now).
    """

    exit_status: int = Exit.FAILED

    def __init__(
        self,
        message: str,
        *,
        causes: Sequence[str] = (),
        hints: Sequence[str] = (),
        detail: str = "",
        diagnostics: Sequence[Diagnostic] = (),
        notes: Sequence[str] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.causes = tuple(causes)
        self.hints = tuple(hints)
        self.detail = detail
        self.diagnostics = tuple(diagnostics)
        self.notes = tuple(notes)

    def at(self, *diagnostics: Diagnostic) -> Self:
        """The same error, of the same type, with the places that it is about."""
        same = self.__class__.__new__(self.__class__, *self.args)
        same.__dict__.update(self.__dict__, diagnostics=diagnostics)
        return same


class UsageError(WtcError):
    """The command line, or a setting, asks for what cannot be."""

    exit_status = Exit.USAGE


class ComposeFileError(WtcError):
    """The compose file (or a file that it names) cannot be used; `diagnostics` say where and why, all at once."""

    exit_status = Exit.COMPOSE_FILE


class NoComposeFileError(ComposeFileError):
    """The worktree has no compose file where one is looked for."""


class RegistryError(WtcError):
    """The registry cannot be read or written."""


class NewerRegistryError(RegistryError):
    """A newer wtc wrote the registry; it is neither used nor changed."""


class EngineUnreachableError(WtcError):
    """No engine answers at the chosen address."""

    exit_status = Exit.ENGINE_UNREACHABLE


class EngineError(WtcError):
    """The engine answered, and refused. `status` is its HTTP status, 0 where there was none."""

    def __init__(self, message: str, *, status: int = 0, causes: Sequence[str] = (), hints: Sequence[str] = ()) -> None:
        super().__init__(message, causes=causes, hints=hints)
        self.status = status


class NotFoundError(EngineError):
    """The engine does not know what was asked for."""


class PortTakenError(EngineError):
    """The engine could not publish host ports for a container, because something else has them."""

    def __init__(self, message: str, *, ports: Sequence[int], status: int = 0, causes: Sequence[str] = ()) -> None:
        super().__init__(message, status=status, causes=causes)
        self.ports = tuple(ports)


class ConflictError(WtcError):
    """Something that is not wtc's stands where wtc's would go; it is left alone."""

    exit_status = Exit.CONFLICT


class InterruptedByUserError(WtcError):
    """Ctrl-C, or a signal that asks wtc to stop."""

    exit_status = Exit.INTERRUPTED
