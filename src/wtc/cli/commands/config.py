"""`wtc config`."""

from wtc.cli.declarations import Argument, Option
from wtc.cli.options import require_exclusive, with_target
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc config --format json"


@with_target
def command(
    target: Target,
    services: Annotated[list[str] | None, Argument(metavar="[SERVICE]...")] = None,
    form: Annotated[
        str, Option("--format", metavar="yaml|json", help="Output format: `yaml` by default, a table for variables.")
    ] = "",
    project_name: Annotated[str, Option("--project-name", "-p", metavar="NAME", help="Set the project name.")] = "",
    list_services: Annotated[bool, Option("--services", help="Print the service names.")] = False,
    list_volumes: Annotated[bool, Option("--volumes", help="Print the volume names.")] = False,
    list_networks: Annotated[bool, Option("--networks", help="Print the network names.")] = False,
    list_images: Annotated[bool, Option("--images", help="Print the image names.")] = False,
    list_models: Annotated[bool, Option("--models", help="Print the model names.")] = False,
    list_profiles: Annotated[bool, Option("--profiles", help="Print the profile names.")] = False,
    list_variables: Annotated[
        bool, Option("--variables", help="Print the variables of the file, with their defaults.")
    ] = False,
    list_environment: Annotated[
        bool, Option("--environment", help="Print the variables used for interpolation.")
    ] = False,
    hashed: Annotated[
        str, Option("--hash", metavar="SERVICES", help="Print the hash of services; `*` means all.")
    ] = "",
    no_interpolate: Annotated[bool, Option("--no-interpolate", help="Do not interpolate variables.")] = False,
    no_normalize: Annotated[
        bool, Option("--no-normalize", help="Do not add implied values: names, networks, dependencies.")
    ] = False,
    no_path_resolution: Annotated[bool, Option("--no-path-resolution", help="Do not make paths absolute.")] = False,
    no_env_resolution: Annotated[  # noqa: ARG001  Docker Compose 2.40 reads env files all the same
        bool, Option("--no-env-resolution", help="No effect, as in Docker Compose 2.40.")
    ] = False,
    no_consistency: Annotated[
        bool, Option("--no-consistency", help="Do not check that services are consistent.")
    ] = False,
    resolve_image_digests: Annotated[
        bool, Option("--resolve-image-digests", help="Pin images to their digests.")
    ] = False,
    lock_image_digests: Annotated[
        bool, Option("--lock-image-digests", help="Print an override file that pins the images.")
    ] = False,
    all_resources: Annotated[
        bool, Option("--all-resources", help="Keep networks and volumes that no service uses.")
    ] = False,
    namespaced: Annotated[
        bool, Option("--namespaced", help="Print the worktree's own names and host ports, for other tools.")
    ] = False,
    quiet: Annotated[bool, Option("--quiet", "-q", help="Only check the file; print errors and warnings.")] = False,
    output: Annotated[str, Option("--output", "-o", metavar="FILE", help="Write the output to a file.")] = "",
) -> None:
    """Print the compose file as interpreted, exactly as `docker compose config` prints it.

    With `--namespaced`, Docker Compose finds this worktree's containers in it.
    """
    from wtc.cli.render.config import show_config
    from wtc.orchestrator.config import ConfigRequest, Digests, Listing

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
    # Docker Compose prints one listing, the first in its own order.
    listing = next(listing for listing in Listing if listings[listing])
    excluded = {
        "--project-name": bool(project_name),
        f"--{listing}": listing is not Listing.WHOLE,
        "--no-interpolate": no_interpolate,
        "--no-normalize": no_normalize,
        "--no-path-resolution": no_path_resolution,
        "--all-resources": all_resources,
    }
    for option, given in excluded.items():
        require_exclusive({"--namespaced": namespaced, option: given})
    digests = Digests.RESOLVED if resolve_image_digests else Digests.IGNORED
    request = ConfigRequest(
        services=tuple(services or ()),
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
        namespaced=namespaced,
    )
    show_config(target, request, quiet=quiet, output=output)
