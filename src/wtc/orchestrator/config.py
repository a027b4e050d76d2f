"""`config`: print the interpreted compose file. Imports neither the engine nor the registry, except for digests."""

from enum import StrEnum

from wtc.dataclass import dataclass, replace
from wtc.errors import EngineError, UsageError
from wtc.orchestrator.context.disk_reader import DiskReader
from wtc.orchestrator.context.target import Target, load_request
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.compose.loader.loaded_project import LoadedProject
    from wtc.events import Reporter
    from wtc.model.diagnostic import Diagnostic


class Listing(StrEnum):
    """What to print in place of the whole project. If several are requested, the first in this order is printed."""

    SERVICES = "services"
    VOLUMES = "volumes"
    NETWORKS = "networks"
    MODELS = "models"
    HASH = "hash"
    PROFILES = "profiles"
    IMAGES = "images"
    VARIABLES = "variables"
    ENVIRONMENT = "environment"
    WHOLE = ""


class Digests(StrEnum):
    """What to do with the digests of images."""

    IGNORED = ""
    RESOLVED = "resolved"
    """Print the project with its images pinned."""
    LOCKED = "locked"
    """Print an override file that pins the images."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigRequest:
    """What the user asks of `config`."""

    services: tuple[str, ...] = ()
    project_name: str = ""
    form: str = ""
    """`yaml`, `json`, or for variables `table`; empty: the default of what is printed."""
    listing: Listing = Listing.WHOLE
    hashed: str = "*"
    """`--hash`: the services, separated by commas; `*` means all."""
    interpolate: bool = True
    normalize: bool = True
    resolve_paths: bool = True
    check_consistency: bool = True
    all_resources: bool = False
    digests: Digests = Digests.IGNORED
    namespaced: bool = False
    """Print the names and host ports of the worktree's stack."""


def config(target: Target, request: ConfigRequest, report: "Reporter") -> str:
    """Return the text to print.

    Raises:
        ComposeFileError: the files cannot be used.
        UsageError: the format is not valid.
        EngineError: a digest cannot be resolved.
        EngineUnreachableError: digests are needed, and no engine answers.
    """
    from wtc.compose.loader.load import load_project

    if request.namespaced:
        from wtc.orchestrator.namespaced_config import namespaced_project

        _check_form(request.form, ("yaml", "json"), request)
        return _whole(target, request, namespaced_project(target, request.services, report))
    as_variables = request.listing is Listing.VARIABLES
    _check_form(request.form, ("yaml", "json", "table", "pretty") if as_variables else ("yaml", "json"), request)
    asked = replace(
        load_request(target),
        project_name=request.project_name,
        services=() if as_variables else request.services,
        interpolate=request.interpolate and not as_variables,
        normalize=request.normalize,
        resolve_paths=request.resolve_paths,
        check_consistency=request.check_consistency,
        all_resources=request.all_resources,
    )
    loaded = load_project(asked, DiskReader(), fold_env_files=request.listing is not Listing.HASH)
    if loaded.warnings:
        from wtc.events import Warned

        for warning in loaded.warnings:
            report(Warned(diagnostic=warning))
    if request.listing is Listing.WHOLE:
        return _whole(target, request, loaded)
    if as_variables:
        return _variables(request.form, loaded)
    from wtc.compose.format import listing

    if request.listing is Listing.HASH:
        lines = listing.hashes(loaded, () if request.hashed == "*" else tuple(request.hashed.split(",")))
    else:
        lines = {
            Listing.SERVICES: listing.services,
            Listing.VOLUMES: listing.volumes,
            Listing.NETWORKS: listing.networks,
            Listing.MODELS: listing.models,
            Listing.PROFILES: listing.profiles,
            Listing.IMAGES: listing.images,
            Listing.ENVIRONMENT: listing.variables,
        }[request.listing](loaded)
    return "".join(f"{line}\n" for line in lines)


def _check_form(form: str, valid: tuple[str, ...], request: ConfigRequest) -> None:
    """Refuse a format that is not valid. Lists of names have one form: for them the format has no effect."""
    if form and form not in valid and request.listing in {Listing.WHOLE, Listing.VARIABLES}:
        raise UsageError(f"`--format` is `{form}`, and can be {', '.join(f'`{name}`' for name in valid)}")


def _whole(target: Target, request: ConfigRequest, loaded: "LoadedProject") -> str:
    from wtc.compose.format.config import config_json, config_yaml

    if request.digests is not Digests.IGNORED:
        from wtc.compose.format.image_digests import images_only, unpinned_images, with_digests

        loaded = with_digests(loaded, _look_up_digests(target, unpinned_images(loaded)))
        if request.digests is Digests.LOCKED:
            loaded = images_only(loaded)
    return (config_json if request.form == "json" else config_yaml)(loaded, interpolated=request.interpolate)


def _variables(form: str, loaded: "LoadedProject") -> str:
    from wtc.compose.format.variables import used_variables, variables_json, variables_table, variables_yaml
    from wtc.compose.tree.node import plain

    print_form = {"json": variables_json, "yaml": variables_yaml}.get(form, variables_table)
    return print_form(used_variables(plain(loaded.root)))


def _look_up_digests(target: Target, images: "dict[str, Diagnostic]") -> dict[str, str]:
    """Return the digest of each image; `images`: canonical reference -> the error to report if it has none."""
    if not images:
        return {}
    from functools import partial

    from wtc.engine.images.digests import registry_digest
    from wtc.engine.parallel import call_all
    from wtc.orchestrator.context.open_engine import open_engine

    def look_up(reference: str, missing: "Diagnostic") -> str:
        try:
            return registry_digest(engine, reference)
        except EngineError as error:
            raise error.replace(diagnostics=(missing,)) from error

    with open_engine(target) as engine:
        found = call_all([partial(look_up, reference, missing) for reference, missing in images.items()])
    return dict(zip(images, found, strict=True))
