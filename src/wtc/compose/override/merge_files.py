"""Merge files and their documents into one model.

Source: compose-spec, Merge; the order of the stages is Docker Compose's.
"""

from collections.abc import Iterable
from itertools import takewhile

from wtc.compose.dotenv.environment import resolve_listed_variables
from wtc.compose.loader import extends, include
from wtc.compose.loader.session import Scope
from wtc.compose.override import reset
from wtc.compose.override.dedupe import dedupe
from wtc.compose.override.merge import merge
from wtc.compose.transform.canonical import canonicalize
from wtc.compose.transform.defaults import with_defaults
from wtc.compose.transform.paths import resolve_paths
from wtc.compose.tree.accessors import kind_name
from wtc.compose.tree.node import Mapping, Node
from wtc.compose.validation.rules import check_rules as check_values
from wtc.model.diagnostic import Diagnostic
from wtc.model.position import Path


def merge_files(files: tuple[str, ...], scope: Scope) -> Mapping:
    """Return the files merged into one canonical, validated model, with its paths joined to `scope.paths_dir`.

    Invalid values are reported and removed.
    """
    session = scope.session
    model = Mapping({})
    for file in files:
        for document in session.documents(file):
            model = _merge_document(model, document, file, scope)
    model = _as_mapping(with_defaults(model, session.diagnostics))
    check_values(model, session.diagnostics)
    if scope.paths_dir:
        resolved = resolve_paths(
            model, scope.paths_dir, home=session.home, reader=session.reader, diagnostics=session.diagnostics
        )
        model = _as_mapping(resolved)
    return resolve_listed_variables(model, scope.environments)


def _merge_document(model: Mapping, document: Node, file: str, scope: Scope) -> Mapping:
    """Return the model with one more document merged over it."""
    diagnostics = scope.session.diagnostics
    document, cuts = _read_document(document, scope)
    document = include.apply_includes(document, file, scope, merge_files)
    document = extends.apply_extends(document, file, cuts, scope, lambda other: _services(other, scope))
    model = _as_mapping(reset.delete_paths(model, cuts))
    model = _as_mapping(dedupe(merge(model, document, diagnostics), diagnostics))
    from wtc.compose.schema.validate import validate_schema as check_schema

    check_schema(model, diagnostics)
    if diagnostics.errors:
        model = _drop_invalid(model, diagnostics.errors)
    return _in_long_form(_without_version(model, scope), scope)


def _drop_invalid(model: Mapping, errors: Iterable[Diagnostic]) -> Mapping:
    """Return the model without the values that have errors, so that later stages find the other problems."""
    dropped = {_dropped_path(error.path) for error in errors}
    outermost = [path for path in dropped if not any(path[:n] in dropped for n in range(len(path)))]
    return _as_mapping(reset.delete_paths(model, outermost))


def _dropped_path(path: Path) -> Path:
    """Return the path to drop: an attribute of a service, or a whole resource, because its attributes are related."""
    attribute = tuple(takewhile(lambda step: isinstance(step, str), path))
    return attribute if path[:1] == ("services",) else attribute[:2]


def _read_document(document: Node, scope: Scope) -> tuple[Mapping, list[Path]]:
    """Return a document with its variables replaced, and the paths that it resets in earlier documents."""
    document, cuts = reset.extract_resets(document)
    if not isinstance(document, Mapping):
        message = f"a compose file must be a mapping, not {kind_name(document)}"
        scope.session.diagnostics.error(message, document.position)
        document = Mapping({}, document.position)
    if scope.session.interpolate:
        from wtc.compose.interpolation.interpolate import interpolate

        document = interpolate(
            document, scope.environments, scope.session.diagnostics, provisional=scope.session.provisional
        )
    return _as_mapping(document), cuts


def _services(file: str, scope: Scope) -> extends.ExtendedFile:
    """Return another file's services for `extends`: read, merged and canonical, but not validated."""
    diagnostics = scope.session.diagnostics
    model, cuts = Mapping({}), list[Path]()
    for document in scope.session.documents(file):
        own, cuts = _read_document(document, scope)
        merged = merge(_as_mapping(reset.delete_paths(model, cuts)), own, diagnostics)
        model = _in_long_form(_as_mapping(dedupe(merged, diagnostics)), scope)
    services = model.items.get("services")
    if not isinstance(services, Mapping):
        diagnostics.error(f"`{file}` has no services to extend", model.position)
        services = Mapping({})
    return services, cuts


def _in_long_form(model: Mapping, scope: Scope) -> Mapping:
    """Return the canonical model, with duplicates removed again: two short forms can have the same long form."""
    diagnostics = scope.session.diagnostics
    model = _as_mapping(canonicalize(model, diagnostics, interpolated=scope.session.interpolate))
    return _as_mapping(dedupe(model, diagnostics))


def _without_version(model: Mapping, scope: Scope) -> Mapping:
    version = model.items.get("version")
    if version is None:
        return model
    scope.session.diagnostics.warning(
        "the attribute `version` is obsolete",
        version.position,
        ("version",),
        hint="it has no effect; to remove this warning, delete it",
    )
    items = {key: item for key, item in model.items.items() if key != "version"}
    return Mapping(items, model.position, model.keys)


def _as_mapping(node: Node) -> Mapping:
    return node if isinstance(node, Mapping) else Mapping({}, node.position)
