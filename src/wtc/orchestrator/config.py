"""`config`: print the interpreted compose file. Needs no engine and no registry, and imports neither."""

from enum import StrEnum
from typing import TYPE_CHECKING

from wtc.dataclass import dataclass, replace
from wtc.orchestrator.context.disk_reader import DiskReader
from wtc.orchestrator.context.target import Target, load_request

if TYPE_CHECKING:
    from wtc.events import Reporter


class Listing(StrEnum):
    """What to print in place of the whole project."""

    WHOLE = ""
    SERVICES = "services"
    VOLUMES = "volumes"
    NETWORKS = "networks"
    IMAGES = "images"
    PROFILES = "profiles"
    ENVIRONMENT = "environment"
    HASH = "hash"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigRequest:
    """What the user asks of `config`."""

    services: tuple[str, ...] = ()
    project_name: str = ""
    as_json: bool = False
    listing: Listing = Listing.WHOLE
    hashed: str = "*"
    """`--hash`: the services, separated by commas; `*` means all."""
    interpolate: bool = True
    all_resources: bool = False


def config(target: Target, request: ConfigRequest, report: "Reporter") -> str:
    """Return the text to print.

    Raises:
        ComposeFileError: the files cannot be used.
    """
    from wtc.compose.loader.load import load_project

    asked = replace(
        load_request(target),
        project_name=request.project_name,
        services=request.services,
        interpolate=request.interpolate,
        all_resources=request.all_resources,
    )
    loaded = load_project(asked, DiskReader(), fold_env_files=request.listing is not Listing.HASH)
    if loaded.warnings:
        from wtc.events import Warned

        for warning in loaded.warnings:
            report(Warned(diagnostic=warning))
    if request.listing is Listing.WHOLE:
        from wtc.compose.format.config import config_json, config_yaml

        return (config_json if request.as_json else config_yaml)(loaded, interpolated=request.interpolate)
    from wtc.compose.format import listing

    if request.listing is Listing.HASH:
        lines = listing.hashes(loaded, () if request.hashed == "*" else tuple(request.hashed.split(",")))
    else:
        lines = {
            Listing.SERVICES: listing.services,
            Listing.VOLUMES: listing.volumes,
            Listing.NETWORKS: listing.networks,
            Listing.IMAGES: listing.images,
            Listing.PROFILES: listing.profiles,
            Listing.ENVIRONMENT: listing.variables,
        }[request.listing](loaded)
    return "".join(f"{line}\n" for line in lines)
