"""Apply `extends`: merge a service over the one that it extends. Source: compose-spec, Services, extends."""

from collections.abc import Callable
from posixpath import dirname

from wtc.compose.loader.session import Scope
from wtc.compose.override import reset
from wtc.compose.override.merge import merge
from wtc.compose.transform.paths import absolute_path, is_remote, resolve_paths
from wtc.compose.tree.accessors import get_fields, get_string, kind_name
from wtc.compose.tree.node import Mapping, Node, Scalar
from wtc.dataclass import dataclass
from wtc.model.position import Path, dotted

ExtendedFile = tuple[Mapping, list[Path]]
"""The services of a file, and the paths that its last document resets."""
MAX_DEPTH = 100


@dataclass(frozen=True, slots=True)
class _Origin:
    """The services of one file. `cuts` are its `!reset` paths and those of the files that lead to it."""

    file: str
    services: dict[str, Node]
    cuts: list[Path]


def apply_extends(
    document: Mapping, file: str, cuts: list[Path], scope: Scope, read: Callable[[str], ExtendedFile]
) -> Mapping:
    """Return the document with every `extends` applied.

    `read` returns another file's canonical services and its resets.
    """
    services = document.items.get("services")
    if services is not None and not isinstance(services, Mapping):
        scope.session.diagnostics.error(
            f"`services` is {kind_name(services)}, expected a mapping", services.position, ("services",)
        )
    if not isinstance(services, Mapping) or not any("extends" in get_fields(s) for s in services.items.values()):
        return document
    work = _Extension(scope, read)
    origin = _Origin(file, dict(services.items), cuts)
    for name in services.items:
        origin.services[name] = work.service(name, origin, ())
    extended = Mapping(origin.services, services.position, services.keys)
    return Mapping({**document.items, "services": extended}, document.position, document.keys)


class _Extension:
    """Applies the `extends` of one document."""

    def __init__(self, scope: Scope, read: Callable[[str], ExtendedFile]) -> None:
        self.scope = scope
        self.diagnostics = scope.session.diagnostics
        self._read = read
        self._origins: dict[str, ExtendedFile] = {}

    def service(self, name: str, origin: _Origin, trail: tuple[tuple[str, str], ...]) -> Node:
        """Return the service merged over the services that it extends, recursively."""
        node = origin.services[name]
        extends = get_fields(node).get("extends")
        if not isinstance(node, Mapping) or extends is None:
            return node
        rest = Mapping({k: v for k, v in node.items.items() if k != "extends"}, node.position, node.keys)
        path: Path = ("services", name, "extends")
        if len(trail) > MAX_DEPTH:
            message = f"`extends` is nested more than {MAX_DEPTH} levels deep"
            self.diagnostics.error(message, extends.position, path)
            self.diagnostics.check()
        if (origin.file, name) in trail:
            steps = [
                *trail[trail.index((origin.file, name)) :],
                (origin.file, name),
            ]
            chain = " -> ".join(f"`{step}` ({file})" for file, step in steps)
            self.diagnostics.error(
                f"services extend each other: {chain}",
                extends.position,
                path,
                hint="to break the cycle, remove one `extends`",
            )
            return rest
        base = self._base(name, extends, origin, (*trail, (origin.file, name)))
        if not isinstance(base, Mapping):
            return rest
        cuts = [p[2:] for p in origin.cuts if p[:2] == ("services", name) and len(p) > 2]
        merged = merge(reset.delete_paths(base, cuts), rest, self.diagnostics, ("services", name))
        origin.services[name] = merged  # cached for the next service that extends it
        return merged

    def _base(self, name: str, extends: Node, origin: _Origin, trail: tuple[tuple[str, str], ...]) -> Node | None:
        path: Path = ("services", name, "extends")
        reference = extends if isinstance(extends, Scalar) else get_fields(extends).get("service")
        wanted = get_string(reference)
        if wanted is None:
            is_missing = not isinstance(extends, Scalar) or extends.value is None
            problem = "does not name a service" if is_missing else "is not a service name"
            self.diagnostics.error(
                f"`{dotted(path)}` {problem}", extends.position, path, hint="expected `extends: {service: NAME}`"
            )
            return None
        file = get_fields(extends).get("file")
        if file is not None and not (isinstance(file, Scalar) and file.value is None):
            other = self._open_file(get_string(file), file, origin, name)
            if other is None:
                return None
            origin = other
        if wanted not in origin.services:
            self._report_unknown(wanted, origin, reference or extends, path)
            return None
        return self.service(wanted, origin, trail)

    def _open_file(self, file: str | None, node: Node, origin: _Origin, name: str) -> _Origin | None:
        path: Path = ("services", name, "extends", "file")
        if not file:
            self.diagnostics.error(f"`{dotted(path)}` does not name a file", node.position, path)
            return None
        if is_remote(file):
            self.diagnostics.error(
                f"`{dotted(path)}` is the remote file `{file}`; wtc reads local files only",
                node.position,
                path,
            )
            return None
        full = absolute_path(file, self.scope.working_dir, "")
        if full not in self._origins:
            findings = len(self.diagnostics.found)
            self.scope.session.documents(full, node.position, path)
            if len(self.diagnostics.found) > findings:
                return None
            services, cuts = self._read(full)
            resolved = resolve_paths(
                Mapping({"services": services}),
                self.scope.paths_dir_of(dirname(full)),
                home=self.scope.session.home,
                reader=self.scope.session.reader,
                diagnostics=self.diagnostics,
            )
            found = get_fields(resolved).get("services")
            self._origins[full] = (found if isinstance(found, Mapping) else services, cuts)
        services, cuts = self._origins[full]
        return _Origin(full, services.items, [*origin.cuts, *cuts])

    def _report_unknown(self, wanted: str, origin: _Origin, node: Node, path: Path) -> None:
        from wtc.nearest_name import nearest_name

        hint = nearest_name(wanted, origin.services)
        message = f"`{dotted(path)}` names `{wanted}`, which is not a service in `{origin.file}`"
        self.diagnostics.error(message, node.position, path, hint=hint)
