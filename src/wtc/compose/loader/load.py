"""Load compose files into a project, stage by stage, in Docker Compose's order. Source: compose-spec."""

from collections.abc import Collection
from itertools import islice

from wtc.compose.diagnostics import Diagnostics
from wtc.compose.dotenv import env_files
from wtc.compose.interpolation.port_variables import Environments, PortUses
from wtc.compose.loader import profiles, select_services
from wtc.compose.loader.loaded_project import LoadedProject
from wtc.compose.loader.request import LoadRequest, Reader
from wtc.compose.loader.session import LoadSession, Scope
from wtc.compose.override.merge_files import merge_files
from wtc.compose.source.discover import ProjectFiles, discover_project, project_name, written_name
from wtc.compose.source.parsed_files import ParsedFiles
from wtc.compose.transform.coerce import coerce
from wtc.compose.transform.container_names import container_names, with_dependencies
from wtc.compose.transform.normalize import normalize
from wtc.compose.transform.ports import reference_name
from wtc.compose.tree.accessors import get_child, get_fields, get_items, with_entry
from wtc.compose.tree.node import Mapping, Node, Scalar
from wtc.compose.validation import consistency, undefined_references
from wtc.compose.validation.published_ports import check_published_ports
from wtc.dataclass import replace
from wtc.errors import ComposeFileError
from wtc.model.diagnostic import Diagnostic
from wtc.model.position import Path


def load_project(
    request: LoadRequest, reader: Reader, *, files: ParsedFiles | None = None, fold_env_files: bool = True
) -> LoadedProject:
    """Load the project of the request.

    `files` keeps the parsed documents for the next load. Without `fold_env_files`, each `env_file` is kept and not
    read: the form that `config --hash` needs.

    Raises:
        ComposeFileError: the files are not valid; carries all findings.
        UsageError: `request.services` names an unknown service.
    """
    diagnostics = Diagnostics(provisional=request.provisional)
    uses = PortUses(request.port_variables) if request.port_variables is not None else None
    session = LoadSession(
        reader=reader,
        files=files or ParsedFiles(),
        uses=uses,
        diagnostics=diagnostics,
        home=request.environment.get("HOME", ""),
        interpolate=request.interpolate,
        resolve_paths=request.resolve_paths,
        cwd=request.cwd,
        provisional=request.provisional,
    )

    place = discover_project(request, session)
    if uses is not None:
        place = _by_real_path(place, request, reader)
    name = project_name(request, place, session)
    environments = _environments(place, name, request)
    scope = Scope(
        session=session,
        working_dir=place.working_dir,
        environments=environments,
        paths_dir=place.working_dir if request.resolve_paths else "",
    )
    model = merge_files(place.files, scope)
    normal = normalize(model, name, environments) if request.normalize else model
    names: dict[str, str] = {}
    if uses is not None:
        names = container_names(_services(normal), written_name(place, session))
        normal = with_dependencies(normal, names)
    selection = _Selection(request, place, diagnostics)
    selection.drop_unselected_errors(normal)
    if diagnostics.errors and request.interpolate and request.check_consistency:
        _report_undefined(normal, request, place, diagnostics)
    diagnostics.check()
    _check_not_empty(model, name)
    if not request.interpolate:
        return _uninterpreted(normal, name, place, diagnostics)
    root = coerce(normal, diagnostics)
    selection.drop_unselected_errors(root)

    everything = _services(root)
    enabled, disabled = _split_profiles(everything, request, place)
    selected = enabled
    if request.services:
        selected = select_services.select_services(enabled, request.services, disabled.items)
    checked, builders = (enabled, enabled) if uses is None else (selected, everything)
    if request.check_consistency:
        consistency.check_consistency(_with_services(root, enabled), checked, disabled, diagnostics, builders=builders)
    if uses is not None:
        check_published_ports(checked, diagnostics)
    diagnostics.check()

    whole = _with_services(root, _without(everything, selection.faulty))
    root = _with_services(root, selected)
    if not request.all_resources:
        root = select_services.drop_unused(root)
    root = _with_services(root, _complete(selected, scope, fold_env_files=fold_env_files))
    diagnostics.check()

    return LoadedProject(
        root=root if request.normalize else with_entry(root, "name", Scalar(name)),
        name=name,
        working_dir=place.working_dir,
        files=place.files,
        environment=environments.own,
        disabled=disabled,
        whole=whole,
        all_profiles=tuple(sorted({p for s in everything.items.values() for p in profiles.service_profiles(s)})),
        container_names=names,
        port_variables=_port_variables(everything),
        variable_uses=tuple(uses.found) if uses is not None else (),
        contents=session.contents,
        warnings=tuple(diagnostics.warnings),
        pending=tuple(diagnostics.pending),
    )


def _environments(place: ProjectFiles, name: str, request: LoadRequest) -> Environments:
    """Return the variables of the project. Without interpolation none has a value, as in Docker Compose."""
    own = {"COMPOSE_PROJECT_NAME": name}
    return place.environments.having(own) if request.interpolate else Environments(own=own, clients=own)


def _complete(services: Mapping, scope: Scope, *, fold_env_files: bool) -> Mapping:
    """Return the services with the contents of their label files and, with `fold_env_files`, of their env files."""
    complete: dict[str, Node] = {}
    for name, service in services.items.items():
        if isinstance(service, Mapping):
            path: Path = ("services", name)
            labelled = env_files.fold_label_files(service, path, scope.session)
            complete[name] = labelled
            if fold_env_files:
                complete[name] = env_files.fold_env_files(labelled, path, scope.environments, scope.session)
    return Mapping(complete, services.position, services.keys)


def _by_real_path(place: ProjectFiles, request: LoadRequest, reader: Reader) -> ProjectFiles:
    """Return the files with symbolic links resolved, so that the stack does not depend on the link to its worktree."""
    cwd = reader.real_path(request.cwd)
    is_here = reader.real_path(place.environment.get("PWD", "")) == cwd
    environments = place.environments.having({"PWD": cwd}) if is_here else place.environments
    return replace(place, working_dir=reader.real_path(place.working_dir), environments=environments)


class _Selection:
    """The services that the command selects. Errors of all others are ignored.

    Without `port_variables`, as in `config`, the errors of every service count, as in Docker Compose.
    """

    def __init__(self, request: LoadRequest, place: ProjectFiles, diagnostics: Diagnostics) -> None:
        self.request, self.place, self.diagnostics = request, place, diagnostics
        self.faulty: set[str] = set()

    def drop_unselected_errors(self, root: Mapping) -> None:
        """Drop the errors of services that are not selected."""
        if self.request.port_variables is None or not (self.diagnostics.errors or self.diagnostics.pending):
            return
        services = _services(root)
        enabled, _ = _split_profiles(services, self.request, self.place)
        names = tuple(name for name in self.request.services if name in enabled.items)
        selected = select_services.select_services(enabled, names) if self.request.services else enabled

        def is_unselected(error: Diagnostic) -> bool:
            service = error.path[1] if error.path[:1] == ("services",) and len(error.path) > 2 else None
            return service in services.items and service not in selected.items

        dropped = self.diagnostics.drop_errors(is_unselected)
        self.faulty |= {str(error.path[1]) for error in dropped if not error.variable}


def _without(services: Mapping, names: Collection[str]) -> Mapping:
    remaining: dict[str, Node] = {
        name: item for name, item in services.items.items() if name not in names and isinstance(item, Mapping)
    }
    return Mapping(remaining, services.position, services.keys)


def _uninterpreted(root: Mapping, name: str, place: ProjectFiles, diagnostics: Diagnostics) -> LoadedProject:
    """Return the project without interpolation: all services, all values as written."""
    return LoadedProject(
        root=root,
        name=name,
        working_dir=place.working_dir,
        files=place.files,
        environment=place.environment,
        disabled=Mapping({}),
        warnings=tuple(diagnostics.warnings),
    )


def _split_profiles(services: Mapping, request: LoadRequest, place: ProjectFiles) -> tuple[Mapping, Mapping]:
    """Return the enabled and the disabled services. Naming a service enables its profiles."""
    requested = (p for s in request.services for p in profiles.service_profiles(services.items.get(s, Scalar(None))))
    return profiles.split_services(services, (*place.profiles, *requested))


def _report_undefined(normal: Mapping, request: LoadRequest, place: ProjectFiles, diagnostics: Diagnostics) -> None:
    """Report undefined references along with earlier errors, unless an earlier error explains them."""
    root = coerce(normal, Diagnostics())
    enabled, disabled = _split_profiles(_services(root), request, place)
    undefined = undefined_references.undefined_beside_errors(
        diagnostics.errors, _with_services(root, enabled), disabled
    )
    for found in islice(undefined, consistency.MAX_FINDINGS):
        diagnostics.report(found)


def _check_not_empty(model: Mapping, name: str) -> None:
    if not model.items:
        raise ComposeFileError(
            "the compose file is empty",
            hints=["to define a service, write `services: {web: {image: nginx}}`"],
        )
    if not name:
        raise ComposeFileError(
            "the project has no name: the folder's name contains no letter or digit",
            hints=["to name it, add `name: NAME` to the compose file, or set `COMPOSE_PROJECT_NAME`"],
        )


def _services(root: Mapping) -> Mapping:
    services = root.items.get("services")
    return services if isinstance(services, Mapping) else Mapping({}, root.position)


def _with_services(root: Mapping, services: Mapping) -> Mapping:
    return Mapping({**root.items, "services": services}, root.position, root.keys)


def _port_variables(services: Mapping) -> dict[Path, str]:
    found: dict[Path, str] = {}
    for name, service in services.items.items():
        for index, port in enumerate(get_items(get_fields(service).get("ports"))):
            published = get_child(port, "published")
            if isinstance(published, Scalar) and "$" in published.raw and (reference := reference_name(published.raw)):
                found[name, index] = reference
    return found
