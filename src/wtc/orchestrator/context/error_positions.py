"""Add file, line and column to errors about a part of the compose file."""

from collections.abc import Generator
from contextlib import contextmanager

from wtc.errors import WtcError
from wtc.model.project import Project
from wtc.planner.error_positions import with_position


@contextmanager
def with_positions(project: Project) -> Generator[None]:
    """Raise an error again, with the missing positions added to its diagnostics."""
    try:
        yield
    except WtcError as error:
        if not any(d.path and d.position is None for d in error.diagnostics):
            raise
        complaint = "\n".join([error.message, *error.causes, error.detail])
        placed = tuple(with_position(d, complaint, project) for d in error.diagnostics)
        raise error.replace(diagnostics=placed) from error.__cause__
