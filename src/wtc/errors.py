"""The errors of wtc. The command line prints them, as text or as JSON, and returns their exit status.

WtcError
├── ArtifactError
│   ├── InvalidContentError
│   ├── JournalError
│   ├── MissingAccessibleError
│   ├── MissingInitialStateError
│   ├── NotMountedError
│   ├── OutsideRootError
│   ├── UnreachableWorktreeAction
│   └── WrongAccessibleTypeException
├── BuildContextError
├── BuildFailedError
├── CommandNotStartedError
├── ComposeFileError
│   └── NoComposeFileError
├── ConflictError
├── ContainerFailedError
├── EngineError
│   ├── NotFoundError
│   └── PortTakenError
├── EngineUnreachableError
├── InternalError
├── InterruptedByUserError
├── LimitsNotEnforcedError
├── RegistryError
│   └── NewerRegistryError
├── SandboxUnavailableError
├── StackUnreachableError
├── UnreadableIdError
├── UsageError
└── WorktreeError
    ├── NotGitRepositoryError
    ├── WorktreeCreationError
    │   └── BranchExistsError
    ├── WorktreeLockError
    └── WorktreeRemovalError

Those that one package alone raises are defined there.
"""

from collections.abc import Mapping, Sequence
from enum import IntEnum

from wtc.model.diagnostic import Diagnostic
from wtc.static_typing import TYPE_CHECKING, ClassVar, Self, TypedDict, TypeVar, Unpack

if TYPE_CHECKING:
    from typing import Final  # noqa: TID251 - not followed by the type checker through another module

    from wtc.model.diagnostic import FailedContainer

_Error = TypeVar("_Error", bound="WtcError")


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


class ErrorFields(TypedDict, total=False):
    """What `WtcError.replace` can replace; the same names as in `WtcError`."""

    causes: tuple[str, ...]
    hints: tuple[str, ...]
    detail: str
    diagnostics: tuple[Diagnostic, ...]
    notes: tuple[str, ...]
    warnings: tuple[Diagnostic, ...]
    containers: "tuple[FailedContainer, ...]"
    exit_status: int


class WtcError(Exception):
    """A command failed.

    `message` is lower case, with literals in backticks and no final period. `causes` are lines, the nearest first;
    `hints` read "to X, run `Y`"; `detail` is text that is printed as it is (the last log lines of a container, the
    output of a build); `diagnostics` are places in files, printed in place of the message; `notes` are further lines
    (what else failed, what runs now); `containers` are the containers that failed, and `warnings` what was reported
    before, both as data.

    All fields are read-only. `replace` returns an error with other fields.
    """

    code: ClassVar[str] = "failed"
    """Stable, and unique among the classes. `.context/schemas/README.md` lists the codes."""
    exit_status: int = Exit.FAILED
    """That of the class, unless the constructor is given another one."""

    def __init__(
        self,
        message: str,
        *,
        causes: Sequence[str] = (),
        hints: Sequence[str] = (),
        detail: str = "",
        diagnostics: Sequence[Diagnostic] = (),
        notes: Sequence[str] = (),
        warnings: Sequence[Diagnostic] = (),
        containers: "Sequence[FailedContainer]" = (),
        exit_status: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message: Final = message
        self.causes: Final = tuple(causes)
        self.hints: Final = tuple(hints)
        self.detail: Final = detail
        self.diagnostics: Final = tuple(diagnostics)
        self.notes: Final = tuple(notes)
        self.warnings: Final = tuple(warnings)
        self.containers: Final = tuple(containers)
        if exit_status is not None:
            vars(self)["exit_status"] = exit_status

    def __setattr__(self, name: str, value: object, /) -> None:
        # Python itself sets `__traceback__`, `__context__` and the like, also after the constructor has returned.
        if not name.startswith("__") and hasattr(self, name):
            raise AttributeError(f"`{name}` of an error is read-only; `replace` returns an error with another value")
        super().__setattr__(name, value)

    def __reduce__(self) -> tuple[object, ...]:
        return _restore_error, (type(self), self.args, vars(self))

    def replace(self, **fields: Unpack[ErrorFields]) -> Self:
        """Return the same error, of the same type, traceback and cause, with other fields."""
        error = _restore_error(type(self), self.args, {**vars(self), **fields})
        error.__cause__ = self.__cause__
        return error.with_traceback(self.__traceback__)


def _restore_error(kind: type[_Error], args: tuple[object, ...], fields: Mapping[str, object]) -> _Error:
    """Return an error of a type without calling its constructor, whose parameters can differ."""
    error = kind.__new__(kind, *args)
    vars(error).update(fields)
    return error


class UsageError(WtcError):
    """The command line or a setting is not valid."""

    code = "usage"
    exit_status = Exit.USAGE


class ComposeFileError(WtcError):
    """A compose file, or a file that it names, is not valid; `diagnostics` has all findings."""

    code = "compose_file"
    exit_status = Exit.COMPOSE_FILE


class NoComposeFileError(ComposeFileError):
    """The compose file is missing."""

    code = "no_compose_file"


class RegistryError(WtcError):
    """The registry cannot be read or written."""

    code = "registry"


class NewerRegistryError(RegistryError):
    """A newer version of wtc wrote the registry; it is neither read nor changed."""

    code = "newer_registry"


class EngineUnreachableError(WtcError):
    """The engine cannot be reached."""

    code = "engine_unreachable"
    exit_status = Exit.ENGINE_UNREACHABLE


class EngineError(WtcError):
    """The engine refused a request.

    `status` is the HTTP status, 0 without one.
    """

    code = "engine"

    def __init__(self, message: str, *, status: int = 0, causes: Sequence[str] = (), hints: Sequence[str] = ()) -> None:
        super().__init__(message, causes=causes, hints=hints)
        self.status: Final = status


class NotFoundError(EngineError):
    """The engine does not have the object."""

    code = "not_found"


class PortTakenError(EngineError):
    """A host port of a container is taken.

    `ports` has the numbers.
    """

    code = "port_taken"

    def __init__(self, message: str, *, ports: Sequence[int], status: int = 0, causes: Sequence[str] = ()) -> None:
        super().__init__(message, status=status, causes=causes)
        self.ports: Final = tuple(ports)


class BuildFailedError(WtcError):
    """An image was not built; `detail` has the last lines of the output."""

    code = "build_failed"


class ContainerFailedError(WtcError):
    """A container did not start, become healthy or complete; `detail` has its last log lines."""

    code = "container_failed"


class ConflictError(WtcError):
    """An object that is not the stack's has a name or a place that the stack needs; it is not changed."""

    code = "conflict"
    exit_status = Exit.CONFLICT


class InterruptedByUserError(WtcError):
    """Ctrl-C or a signal stopped the command."""

    code = "interrupted"
    exit_status = Exit.INTERRUPTED


class InternalError(WtcError):
    """wtc has a bug."""

    code = "internal"
    exit_status = Exit.BUG

    @classmethod
    def caused_by(cls, error: Exception, *, hints: Sequence[str] = ()) -> Self:
        """Return the error for an exception that wtc does not expect. Its text is left out: it may hold a secret."""
        message = f"internal error: {type(error).__name__}; please report this with the output of `--debug`"
        return cls(message, hints=hints)
