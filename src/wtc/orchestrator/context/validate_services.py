"""Services that the command line names."""

from collections.abc import Collection, Sequence

from wtc.errors import ComposeFileError, UsageError
from wtc.orchestrator.context.context import Context


def validate_services(context: Context, services: Sequence[str]) -> None:
    """Check that each service exists; any does if the file cannot be read.

    Raises:
        UsageError: neither the engine nor the file has one of them.
    """
    require_declared(context, services, known={c.service for c in context.listed})


def require_declared(context: Context, services: Sequence[str], *, known: Collection[str]) -> None:
    """Check that each service is `known` or declared in the file, which is read only if one is not known.

    Raises:
        UsageError: a service is neither. The file can be read.
    """
    if set(known).issuperset(services):
        return
    from wtc.nearest_name import nearest_name

    try:
        project = context.projects.read(env_files=False)
    except ComposeFileError:
        return
    names = {*known, *project.services, *project.disabled}
    for name in services:
        if name not in names:
            hint = nearest_name(name, names)
            raise UsageError(f"no such service: `{name}`", hints=[hint] if hint else [])
