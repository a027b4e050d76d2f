"""Add file, line and column to errors about a part of the compose file."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from wtc.errors import ComposeFileError, WtcError
from wtc.model.project import Project
from wtc.planner.error_positions import with_position

_NOT_STARTED = frozenset({126, 127})
"""The exit statuses of a container whose program could not be started, so that its output is about the file."""


@contextmanager
def with_positions(read: Callable[[], Project]) -> Generator[None]:
    """Raise an error again, with the missing positions added to its diagnostics.

    `read` returns the project, and is called only if a position is missing. If the file cannot be read, the error is
    raised as it is.
    """
    try:
        yield
    except WtcError as error:
        if not any(d.path and d.position is None for d in error.diagnostics):
            raise
        try:
            project = read()
        except ComposeFileError:
            raise error from error.__cause__
        complaints = [_complaint(error), *(d.message for d in error.diagnostics[1:])]
        placed = tuple(with_position(d, c, project) for d, c in zip(error.diagnostics, complaints, strict=True))
        raise error.replace(diagnostics=placed) from error.__cause__


def _complaint(error: WtcError) -> str:
    """Return what an error says about the file, the most precise part first; not what a container printed."""
    printed = any(container.exit_status not in _NOT_STARTED for container in error.containers)
    return "\n".join([*error.causes, error.message, *([] if printed else [error.detail])])
