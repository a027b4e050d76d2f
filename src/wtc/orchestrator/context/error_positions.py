"""Add file, line and column to errors about a part of the compose file."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from wtc.errors import ComposeFileError, WtcError
from wtc.model.project import Project


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
        from wtc.planner.error_positions import with_position

        try:
            project = read()
        except ComposeFileError:
            raise error from error.__cause__
        complaint = "\n".join([*error.causes, error.message])
        placed = tuple(with_position(d, d.complaint or complaint, project) for d in error.diagnostics)
        raise error.replace(diagnostics=placed) from error.__cause__
