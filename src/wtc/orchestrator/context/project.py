"""Reading the compose project of a worktree."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from wtc.compose.loader.loaded_project import LoadedProject
from wtc.errors import ComposeFileError
from wtc.model.namespace import Namespace
from wtc.model.project import Project
from wtc.orchestrator.context.target import Located, default_namespace
from wtc.ports.requests import port_requests
from wtc.ports.variables import stack_variables


def read_project(
    located: Located,
    *,
    name: str = "",
    services: Sequence[str] = (),
    overrides: Mapping[str, str] | None = None,
    env_files: bool = True,
    final: bool = False,
) -> Project:
    """The project that the files describe; `overrides` are variables that win over all others.

    `name` is the namespace: what the file calls `COMPOSE_PROJECT_NAME`. As long as it is not known, the one that the
    worktree's path gives stands in, so that a folder whose name has no letter in it is no error. Without `env_files`
    those are left unread, and what only they say of an environment is not known.

    That what wtc sets once ports are leased (`WTC_*`, ports by the file's own variables) has no value yet is no
    finding: to tell the ports takes a reading. With `final` it is one.

    Raises:
        ComposeFileError: there are no files, or they cannot be used.
    """
    return load_and_decode(
        located, name=name, services=services, overrides=overrides, env_files=env_files, final=final
    )[1]


def load_and_decode(
    located: Located,
    *,
    name: str = "",
    services: Sequence[str] = (),
    overrides: Mapping[str, str] | None = None,
    env_files: bool = True,
    final: bool = False,
) -> tuple[LoadedProject, Project]:
    """The project as `read_project` has it, and what it is made from.

    Raises:
        ComposeFileError: there are no files, or they cannot be used.
    """
    from wtc.compose.loader.decode import decode_project
    from wtc.compose.loader.load import load_project

    if located.missing:
        raise located.missing
    request = replace(
        located.request,
        project_name=name or default_namespace(located),
        services=tuple(services),
        overrides=overrides or {},
        provisional=not final,
    )
    loaded = load_project(request, located.reader, fold_env_files=env_files)
    project = decode_project(loaded)
    if not final and any(d.variable for d in (*loaded.pending, *project.warnings)):
        others = replace(request, services=())
        whole = decode_project(load_project(others, located.reader, fold_env_files=False)) if services else project
        return _drop_unset_warnings(loaded, project, located, whole)
    return loaded, project


def _drop_unset_warnings(
    loaded: LoadedProject, project: Project, located: Located, whole: Project
) -> tuple[LoadedProject, Project]:
    """Both without findings on variables that the whole stack is going to have. Raises ComposeFileError."""
    requests = port_requests(whole, {})
    ports = {request.key: request.target for request in requests}
    place = Namespace(name=default_namespace(located), worktree=located.worktree)
    later = stack_variables(place, requests, ports, whole.port_variables, "")
    missing = [d for d in loaded.pending if d.variable not in later]
    read, made = (tuple(d for d in each.warnings if d.variable not in later) for each in (loaded, project))
    if missing:
        raise ComposeFileError(missing[0].message, diagnostics=[*made, *missing])
    return replace(loaded, warnings=read, pending=()), replace(project, warnings=made)


def with_disabled(project: Project, located: Located) -> Project:
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
