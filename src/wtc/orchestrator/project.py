"""Reading the compose project of a worktree."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from wtc.model.project import Project
from wtc.orchestrator.files import DiskReader
from wtc.orchestrator.target import Located
from wtc.project import namespace_of


def read_project(
    located: Located,
    *,
    name: str = "",
    services: Sequence[str] = (),
    overrides: Mapping[str, str] | None = None,
    env_files: bool = True,
) -> Project:
    """The project that the files describe; `overrides` are variables that win over all others.

    `name` is the namespace: what the file calls `COMPOSE_PROJECT_NAME`. As long as it is not known, the one that the
    worktree's path gives stands in, so that a folder whose name has no letter in it is no error. Without `env_files`
    those are left unread, and what only they say of an environment is not known.

    Raises:
        ComposeFileError: there are no files, or they cannot be used.
    """
    from wtc.compose.decode import decode_project
    from wtc.compose.load import load

    if located.missing:
        raise located.missing
    named = name or namespace_of(located.worktree).name
    request = replace(located.request, project_name=named, services=tuple(services), overrides=overrides or {})
    return decode_project(load(request, DiskReader(), fold_env_files=env_files))


def with_the_rest(project: Project, located: Located) -> Project:
    """A project of named services, and those that were not named: what a stack has, whatever part of it is started.

    Raises:
        ComposeFileError: the files cannot be used.
    """
    whole = read_project(located, env_files=False)
    named = {(v.service, v.index) for v in project.port_variables}
    others = tuple(v for v in whole.port_variables if (v.service, v.index) not in named)
    return replace(
        project,
        services={**whole.services, **project.services},
        disabled=whole.disabled - project.services.keys(),
        port_variables=(*project.port_variables, *others),
    )
