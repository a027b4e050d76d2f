"""Print the output of `wtc config`."""

import sys
from collections.abc import Sequence

from wtc.cli.render.warnings import report_warnings
from wtc.errors import UsageError
from wtc.orchestrator.config import ConfigRequest, Listing, config
from wtc.orchestrator.context.target import Target


def show_config(
    target: Target,
    *,
    services: Sequence[str] = (),
    form: str = "yaml",
    project_name: str = "",
    list_services: bool = False,
    list_volumes: bool = False,
    list_networks: bool = False,
    list_images: bool = False,
    list_profiles: bool = False,
    list_environment: bool = False,
    hashed: str = "",
    no_interpolate: bool = False,
    all_resources: bool = False,
    quiet: bool = False,
    output: str = "",
) -> None:
    """Run the command; the parameters are its options.

    Raises:
        ComposeFileError: the file cannot be used.
        UsageError: options exclude each other, or a service does not exist.
    """
    listings = {
        Listing.SERVICES: list_services,
        Listing.VOLUMES: list_volumes,
        Listing.NETWORKS: list_networks,
        Listing.IMAGES: list_images,
        Listing.PROFILES: list_profiles,
        Listing.ENVIRONMENT: list_environment,
        Listing.HASH: bool(hashed),
    }
    chosen = [listing for listing, wanted in listings.items() if wanted]
    if len(chosen) > 1:
        raise UsageError(f"`--{chosen[0]}` and `--{chosen[1]}` do not go together")
    request = ConfigRequest(
        services=tuple(services),
        project_name=project_name,
        as_json=_is_json(form),
        listing=chosen[0] if chosen else Listing.WHOLE,
        hashed=hashed or "*",
        interpolate=not no_interpolate,
        all_resources=all_resources,
    )
    text = config(target, request, report_warnings)
    if quiet:
        return
    if output:
        _write(output, text)
    else:
        sys.stdout.write(text)


def _write(path: str, text: str) -> None:
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"cannot write `{path}`", causes=[(error.strerror or str(error)).lower()]) from error


def _is_json(form: str) -> bool:
    if form not in {"yaml", "json"}:
        raise UsageError(f"`--format` is `{form}`, and can be `yaml`, `json`")
    return form == "json"
