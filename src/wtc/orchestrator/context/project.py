"""Reading the compose project of a worktree."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from wtc.compose.interpolation.port_variables import PortVariables
from wtc.compose.loader.loaded_project import LoadedProject
from wtc.errors import ComposeFileError
from wtc.model.diagnostic import Diagnostic
from wtc.model.namespace import Namespace
from wtc.model.project import Project
from wtc.orchestrator.context.target import Located, default_namespace
from wtc.ports.requests import port_requests
from wtc.ports.variables import leased_variables, named_ports, stack_variables


def read_project(
    located: Located,
    *,
    name: str = "",
    services: Sequence[str] = (),
    overrides: Mapping[str, str] | None = None,
    port_variables: PortVariables | None = None,
    env_files: bool = True,
    final: bool = False,
) -> Project:
    """The project that the files describe; `overrides` are variables that win over all others.

    `name` is the namespace: what the file calls `COMPOSE_PROJECT_NAME`. As long as it is not known, the one that the
    worktree's path gives stands in, so that a folder whose name has no letter in it is no error. Without `env_files`
    those are left unread, and what only they say of an environment is not known. `port_variables` are the variables
    that name leased ports, as far as they are known.

    That what wtc sets once ports are leased (`WTC_*`, ports by the file's own variables) has no value yet is no
    finding: to tell the ports takes a reading. With `final` it is one.

    Raises:
        ComposeFileError: there are no files, or they cannot be used.
    """
    return load_and_decode(
        located,
        name=name,
        services=services,
        overrides=overrides,
        port_variables=port_variables,
        env_files=env_files,
        final=final,
    )[1]


def load_and_decode(
    located: Located,
    *,
    name: str = "",
    services: Sequence[str] = (),
    overrides: Mapping[str, str] | None = None,
    port_variables: PortVariables | None = None,
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
        port_variables=port_variables or PortVariables(),
        provisional=not final,
    )
    loaded = load_project(request, located.reader, fold_env_files=env_files)
    project = decode_project(loaded)
    if not final and any(d.variable for d in (*loaded.pending, *project.warnings)):
        return _drop_unset_warnings(loaded, project, located)
    return loaded, project


def _drop_unset_warnings(loaded: LoadedProject, project: Project, located: Located) -> tuple[LoadedProject, Project]:
    """Both without findings on variables that the stack is going to have. Raises ComposeFileError."""
    requests = port_requests(project, {})
    ports = {request.id: request.id.target for request in requests}
    place = Namespace(name=default_namespace(located), worktree=located.worktree)
    own = stack_variables(place, requests, ports, "")
    variables = leased_variables(project, named_ports(requests, ports))
    leased = {
        (u.name, u.path) for u in project.variable_uses if u.name in variables.ports and variables.means_leased(u)
    }

    def is_finding(found: Diagnostic) -> bool:
        return found.variable not in own and (found.variable, found.path) not in leased

    missing = [d for d in loaded.pending if is_finding(d)]
    read, made = (tuple(d for d in each.warnings if is_finding(d)) for each in (loaded, project))
    if missing:
        raise ComposeFileError(missing[0].message, diagnostics=[*made, *missing])
    return replace(loaded, warnings=read, pending=()), replace(project, warnings=made)
