"""Print the output of `wtc config`. Does not import the command-line library: see `cli/fast_config.py`."""

import sys
from collections.abc import Sequence

from wtc.cli.render.warnings import report_warnings
from wtc.errors import UsageError
from wtc.orchestrator.config import ConfigRequest, Digests, Listing, config
from wtc.orchestrator.context.target import Target


def show_config(
    target: Target,
    *,
    services: Sequence[str] = (),
    form: str = "",
    project_name: str = "",
    list_services: bool = False,
    list_volumes: bool = False,
    list_networks: bool = False,
    list_images: bool = False,
    list_models: bool = False,
    list_profiles: bool = False,
    list_variables: bool = False,
    list_environment: bool = False,
    hashed: str = "",
    no_interpolate: bool = False,
    no_normalize: bool = False,
    no_path_resolution: bool = False,
    no_env_resolution: bool = False,  # noqa: ARG001  Docker Compose 2.40 reads env files all the same
    no_consistency: bool = False,
    resolve_image_digests: bool = False,
    lock_image_digests: bool = False,
    all_resources: bool = False,
    quiet: bool = False,
    output: str = "",
) -> None:
    """Run the command; the parameters are its options.

    Like Docker Compose, print one listing if several are requested, and apply `quiet` and `output` to the project.

    Raises:
        ComposeFileError: the file cannot be used.
        UsageError: the format is not valid, the output cannot be written, or a service does not exist.
        EngineError: a digest cannot be resolved.
        EngineUnreachableError: digests are needed, and no engine answers.
    """
    listings = {
        Listing.SERVICES: list_services,
        Listing.VOLUMES: list_volumes,
        Listing.NETWORKS: list_networks,
        Listing.IMAGES: list_images,
        Listing.MODELS: list_models,
        Listing.PROFILES: list_profiles,
        Listing.VARIABLES: list_variables,
        Listing.ENVIRONMENT: list_environment,
        Listing.HASH: bool(hashed),
        Listing.WHOLE: True,
    }
    listing = next(listing for listing in Listing if listings[listing])
    digests = Digests.RESOLVED if resolve_image_digests else Digests.IGNORED
    request = ConfigRequest(
        services=tuple(services),
        project_name=project_name,
        form=form,
        listing=listing,
        hashed=hashed or "*",
        interpolate=not no_interpolate,
        normalize=not no_normalize,
        resolve_paths=not no_path_resolution,
        check_consistency=not no_consistency,
        all_resources=all_resources,
        digests=Digests.LOCKED if lock_image_digests else digests,
    )
    text = config(target, request, report_warnings)
    if listing is not Listing.WHOLE and not (listing is Listing.ENVIRONMENT and quiet):
        sys.stdout.write(text)
    elif output and not quiet:
        _write(output, text)
    elif not quiet:
        sys.stdout.write(text)


def _write(path: str, text: str) -> None:
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"cannot write `{path}`", causes=[(error.strerror or str(error)).lower()]) from error
