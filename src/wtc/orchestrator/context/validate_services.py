"""Services that the command line names."""

from collections.abc import Sequence

from wtc.errors import ComposeFileError, UsageError
from wtc.orchestrator.context.context import Context


def validate_services(context: Context, services: Sequence[str]) -> None:
    """Check that each service exists; any does if the file cannot be read.

    Raises:
        UsageError: neither the engine nor the file has one of them.
    """
    known = {c.service for c in context.listed}
    if known.issuperset(services):
        return
    from wtc.compose.nearest_name import nearest_name

    try:
        project = context.projects.read(env_files=False)
    except ComposeFileError:
        return
    known |= {*project.services, *project.disabled}
    for name in services:
        if name not in known:
            hint = nearest_name(name, known)
            raise UsageError(f"no such service: `{name}`", hints=[hint] if hint else [])
