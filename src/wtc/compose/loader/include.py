"""Apply `include`: import the resources of other compose files. Source: compose-spec, Include."""

from collections.abc import Callable
from posixpath import dirname, join

from wtc.compose.dotenv.env_files import with_files
from wtc.compose.interpolation.port_variables import Environments
from wtc.compose.loader.session import Scope
from wtc.compose.transform.paths import absolute_path, is_remote
from wtc.compose.tree.accessors import get_fields, get_items, get_string, is_null, kind_name
from wtc.compose.tree.node import Mapping, Node, Scalar, Sequence, plain
from wtc.model.position import Path, dotted

RESOURCES = ("services", "volumes", "networks", "secrets", "configs", "models")

MAX_DEPTH = 50

Loader = Callable[[tuple[str, ...], Scope], Mapping]
"""Load files as one part of the project."""


def apply_includes(document: Mapping, file: str, scope: Scope, load: Loader) -> Mapping:
    """Return the document with the resources that it includes."""
    included = document.items.get("include")
    if included is None:
        return document
    items = {key: item for key, item in document.items.items() if key != "include"}
    result = Mapping(items, document.position, document.keys)
    if is_null(included):
        return result
    if not isinstance(included, Sequence):
        scope.session.diagnostics.error(
            f"`include` is {kind_name(included)}, expected a list of files", included.position, ("include",)
        )
        return result
    for number, entry in enumerate(included.items):
        part = _part(entry, ("include", number), file, scope, load)
        if part is not None:
            result = _import_part(part, result, entry, scope)
    return result


def _part(entry: Node, path: Path, file: str, scope: Scope, load: Loader) -> Mapping | None:
    """Load the files of one entry on their own, with their paths resolved. Return None after an error."""
    session = scope.session
    paths = entry if isinstance(entry, Scalar) else get_fields(entry).get("path")
    files = _texts(paths)
    if isinstance(paths, Mapping):
        session.diagnostics.error(
            f"`{dotted(path)}.path` is a mapping, expected a path or a list", paths.position, path
        )
    unknown = get_fields(entry).keys() - {"path", "project_directory", "env_file"}
    for key in sorted(k for k in unknown if not k.startswith("x-")):
        message = f"`{dotted(path)}` has an unknown attribute `{key}`, which is ignored"
        hint = "expected `path`, `project_directory` or `env_file`"
        session.diagnostics.warning(message, entry.position, (*path, key), hint=hint)
    if not files:
        if not isinstance(entry, Mapping):
            session.diagnostics.error(
                f"`{dotted(path)}` is {kind_name(entry)}, expected the path of a file", entry.position, path
            )
        return None
    if remote := next((f for f in files if is_remote(f)), None):
        session.diagnostics.error(
            f"`{dotted(path)}` includes the remote file `{remote}`; wtc reads local files only",
            entry.position,
            path,
        )
        return None
    full = tuple(absolute_path(f, scope.working_dir, "") for f in files)
    trail = (*scope.trail, file)
    if len(trail) > MAX_DEPTH:
        session.diagnostics.error(f"`include` is nested more than {MAX_DEPTH} levels deep", entry.position, path)
        session.diagnostics.check()
    if full[0] in trail:
        chain = " -> ".join(f"`{f}`" for f in (*trail[trail.index(full[0]) :], full[0]))
        session.diagnostics.error(
            f"files include each other: {chain}", entry.position, path, hint="to break the cycle, remove one `include`"
        )
        return None
    folder = get_string(get_fields(entry).get("project_directory")) or ""
    if folder:
        project = absolute_path(folder, scope.working_dir, "")
        base = project if session.reader.is_dir(project) else dirname(project)
    else:
        project = base = dirname(full[0])
    environments = _environments(entry, project, scope)
    paths_dir = scope.paths_dir_of(base)
    known = (full, paths_dir, frozenset(environments.own.items()))
    for name, node in zip(full, _nodes(paths), strict=True):
        # Read the file here, where the position that names it is known.
        session.documents(name, node.position, path)
    if known not in session.parts:
        part = Scope(session=session, working_dir=base, environments=environments, trail=trail, paths_dir=paths_dir)
        session.parts[known] = load(full, part)
        _record_contents(session.parts[known], part)
    return session.parts[known]


def _record_contents(part: Mapping, scope: Scope) -> None:
    """Record the contents of the part's secrets and configs that are read from a variable."""
    for section in ("secrets", "configs"):
        for name, item in get_fields(part.items.get(section)).items():
            variable = get_string(get_fields(item).get("environment")) or ""
            if variable in scope.environment:
                scope.session.contents.setdefault((section, name, variable), scope.environment[variable])


def _nodes(node: Node | None) -> list[Node]:
    """Return a string, or the non-empty strings of a list, as nodes."""
    nodes = [node] if isinstance(node, Scalar) else get_items(node)
    return [item for item in nodes if get_string(item)]


def _texts(node: Node | None) -> list[str]:
    """Return a string, or the non-empty strings of a list, as a list."""
    return [get_string(item) or "" for item in _nodes(node)]


def _environments(entry: Node, project: str, scope: Scope) -> Environments:
    """Return the variables of the including part, over those of the included part's env files."""
    listed = _texts(get_fields(entry).get("env_file"))
    files = [absolute_path(f, scope.working_dir, "") for f in listed if f != "/dev/null"]
    if not listed and scope.session.reader.exists(default := join(project, ".env")):
        files = [default]
    return with_files(scope.environments, files, scope.session, entry.position)


def _import_part(part: Mapping, document: Mapping, entry: Node, scope: Scope) -> Mapping:
    items = dict(document.items)
    for resource in RESOURCES:
        source = part.items.get(resource)
        if not isinstance(source, Mapping):
            continue
        own = items.get(resource)
        target = own if isinstance(own, Mapping) else Mapping({}, source.position)
        for name, item in source.items.items():
            if name in target.items and plain(target.items[name]) != plain(item):
                defined_at = target.keys.get(name, target.items[name].position)
                scope.session.diagnostics.error(
                    f"`{resource}.{name}` is defined at {defined_at} and differently in an included file",
                    defined_at if defined_at.file else entry.position,
                    (resource, name),
                    hint="to change an included resource, use an override file: `-f compose.yaml -f FILE`",
                )
        items[resource] = Mapping({**source.items, **target.items}, target.position, {**source.keys, **target.keys})
    return Mapping(items, document.position, document.keys)
