"""Interpreting the compose project of a worktree, at most twice in one command."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from wtc.compose.interpolation.port_variables import PortVariables
from wtc.compose.loader.loaded_project import LoadedProject
from wtc.dataclass import dataclass, replace
from wtc.errors import ComposeFileError
from wtc.model.diagnostic import Diagnostic
from wtc.model.namespace import Namespace
from wtc.model.project import Project
from wtc.orchestrator.context.target import Located, default_namespace
from wtc.ports.requests import port_requests
from wtc.ports.variables import leased_variables, named_ports, stack_variables

_OWN = "WTC_"
"""How the names of the stack's own variables begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpretation:
    """The project, and the tree that it is decoded from."""

    loaded: LoadedProject
    project: Project
    is_provisional: bool = False
    """Whether findings were dropped about variables that get a value when ports are leased."""


class ProjectReader:
    """Interprets the files of one worktree, and keeps each interpretation that uses no port."""

    def __init__(self, located: Located) -> None:
        self._located = located
        self._kept: dict[tuple[str, tuple[str, ...], bool], Interpretation] = {}

    def read(self, *, name: str = "", services: Sequence[str] = (), env_files: bool = True) -> Project:
        """Return the project as far as it is known before host ports are: see `interpret`.

        Raises:
            ComposeFileError: the files are missing, or cannot be used.
        """
        return self.interpret(name=name, services=services, env_files=env_files).project

    def interpret(self, *, name: str = "", services: Sequence[str] = (), env_files: bool = True) -> Interpretation:
        """Interpret the files before host ports are known.

        `name` is the namespace: the file's `COMPOSE_PROJECT_NAME`. Until it is known, the default namespace of the
        worktree takes its place, so that a folder whose name has no letter is not an error. Without `env_files` these
        are not read, and the environment lacks what they define.

        A variable that gets its value when ports are leased (`WTC_*`, a port variable of the file) may be unset.

        Raises:
            ComposeFileError: the files are missing, or cannot be used.
        """
        name = name or default_namespace(self._located)
        for key in ((name, tuple(services), True), (name, tuple(services), env_files)):
            if key in self._kept:
                return self._kept[key]
        found = self._interpret(name, services, env_files=env_files)
        self._kept[name, tuple(services), env_files] = found
        return found

    def variables(self) -> dict[str, str]:
        """Return the variables of the project, as far as it was interpreted."""
        return {name: value for one in self._kept.values() for name, value in one.loaded.environment.items()}

    def interpret_with(
        self,
        own: Mapping[str, str],
        ports: PortVariables,
        *,
        name: str,
        services: Sequence[str] = (),
        final: bool = False,
    ) -> Interpretation:
        """Interpret the files with the variables of the stack, again only if that matters.

        `own` are the `WTC_*` variables, which win over all others; `ports` are the file's variables that name leased
        ports. With `final`, nothing gets a value later: a required variable that is not set is an error.

        Raises:
            ComposeFileError: the files are missing, or cannot be used.
        """
        first = self._kept.get((name, tuple(services), True))
        if first is None or self._uses(ports, first.project) or (final and first.is_provisional):
            return self._interpret(name, services, own=own, ports=ports, final=final)
        return first

    def _uses(self, ports: PortVariables, project: Project) -> bool:
        """Return whether a file that was read uses a `WTC_*` variable, or a leased port by a variable of the file."""
        return (
            any(u.name in ports.ports and ports.means_leased(u) for u in project.variable_uses)
            or self._located.parsed.mention(_OWN)
            or self._located.reader.has_read(_OWN)
        )

    def _interpret(
        self,
        name: str,
        services: Sequence[str],
        *,
        own: Mapping[str, str] = MappingProxyType({}),
        ports: PortVariables | None = None,
        env_files: bool = True,
        final: bool = False,
    ) -> Interpretation:
        from wtc.compose.loader.decode import decode_project
        from wtc.compose.loader.load import load_project

        located = self._located
        if located.missing:
            raise located.missing
        request = replace(
            located.request,
            project_name=name,
            services=tuple(services),
            overrides=own,
            port_variables=ports or PortVariables(),
            provisional=not final,
        )
        loaded = load_project(request, located.reader, files=located.parsed, fold_env_files=env_files)
        found = Interpretation(loaded=loaded, project=decode_project(loaded))
        if not final and any(d.variable for d in (*loaded.pending, *found.project.warnings)):
            return _drop_unset_warnings(found, located)
        return found


def _drop_unset_warnings(found: Interpretation, located: Located) -> Interpretation:
    """Drop the findings about variables that the stack is going to have. Raises: ComposeFileError."""
    loaded, project = found.loaded, found.project
    requests = port_requests(project, {})
    ports = {request.id: request.id.target for request in requests}
    place = Namespace(name=default_namespace(located), worktree=located.worktree)
    own = stack_variables(place, requests, ports, "")
    variables = leased_variables(project, named_ports(requests, ports))
    leased = {
        (u.name, u.path) for u in project.variable_uses if u.name in variables.ports and variables.means_leased(u)
    }

    def is_finding(finding: Diagnostic) -> bool:
        return finding.variable not in own and (finding.variable, finding.path) not in leased

    missing = [d for d in loaded.pending if is_finding(d)]
    read, made = (tuple(d for d in each.warnings if is_finding(d)) for each in (loaded, project))
    if missing:
        raise ComposeFileError(missing[0].message, diagnostics=[*made, *missing])
    return Interpretation(
        loaded=replace(loaded, warnings=read, pending=()),
        project=replace(project, warnings=made),
        is_provisional=True,
    )
