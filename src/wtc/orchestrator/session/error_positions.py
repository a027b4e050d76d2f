"""Errors that know what of the file they are about get its file, line and column."""

from collections.abc import Generator
from contextlib import contextmanager

from wtc.errors import WtcError
from wtc.model.project import Project
from wtc.planner.error_positions import with_position


@contextmanager
def with_positions(project: Project) -> Generator[None]:
    """Raises an error again with the positions that its diagnostics lack."""
    try:
        yield
    except WtcError as error:
        if not any(d.path and d.position is None for d in error.diagnostics):
            raise
        complaint = "\n".join([error.message, *error.causes, error.detail])
        placed = tuple(with_position(d, complaint, project) for d in error.diagnostics)
        raise error.replace(diagnostics=placed) from error.__cause__
