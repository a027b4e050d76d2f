"""Services that the command line names."""

from collections.abc import Sequence

from wtc.errors import ComposeFileError, UsageError
from wtc.model.observed import Observed
from wtc.orchestrator.context.project import read_project
from wtc.orchestrator.context.target import Located


def validate_services(services: Sequence[str], located: Located, observed: Observed) -> None:
    """A file that cannot be read has all services.

    Raises:
        UsageError: neither the engine nor the file has one of them.
    """
    known = {c.service for c in observed.containers}
    if known.issuperset(services):
        return
    from wtc.compose.nearest_name import nearest_name

    try:
        project = read_project(located, env_files=False)
    except ComposeFileError:
        return
    known |= {*project.services, *project.disabled}
    for name in services:
        if name not in known:
            hint = nearest_name(name, known)
            raise UsageError(f"no such service: `{name}`", hints=[hint] if hint else [])
