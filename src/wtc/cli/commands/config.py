"""`wtc config`."""

import sys
from typing import Annotated

import typer

from wtc.cli.options import one_of, targeted
from wtc.errors import UsageError
from wtc.orchestrator.config import ConfigRequest, Listing, config
from wtc.orchestrator.target import Target

EXAMPLES = "Example: wtc config --format json"


@targeted
def command(
    target: Target,
    services: Annotated[list[str] | None, typer.Argument(metavar="[SERVICE]...")] = None,
    form: Annotated[str, typer.Option("--format", metavar="yaml|json", help="How to print it.")] = "yaml",
    project_name: Annotated[str, typer.Option("--project-name", "-p", metavar="NAME", help="The project's name.")] = "",
    list_services: Annotated[bool, typer.Option("--services", help="Print the services' names.")] = False,
    list_volumes: Annotated[bool, typer.Option("--volumes", help="Print the volumes' names.")] = False,
    list_networks: Annotated[bool, typer.Option("--networks", help="Print the networks' names.")] = False,
    list_images: Annotated[bool, typer.Option("--images", help="Print the images' names.")] = False,
    list_profiles: Annotated[bool, typer.Option("--profiles", help="Print the profiles' names.")] = False,
    list_environment: Annotated[
        bool, typer.Option("--environment", help="Print the variables that the file is read with.")
    ] = False,
    hashed: Annotated[
        str, typer.Option("--hash", metavar="SERVICES", help="Print the hash of services, `*` for all.")
    ] = "",
    no_interpolate: Annotated[bool, typer.Option("--no-interpolate", help="Leave variables as they are.")] = False,
    all_resources: Annotated[
        bool, typer.Option("--all-resources", help="Keep networks and volumes that no service uses.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Check the file, and print nothing but what is wrong.")
    ] = False,
    output: Annotated[str, typer.Option("--output", "-o", metavar="FILE", help="Write it to a file.")] = "",
) -> None:
    """Print the compose file as interpreted, exactly as `docker compose config` prints it."""
    from wtc.cli.render.warnings import report_warnings

    asked = {
        Listing.SERVICES: list_services,
        Listing.VOLUMES: list_volumes,
        Listing.NETWORKS: list_networks,
        Listing.IMAGES: list_images,
        Listing.PROFILES: list_profiles,
        Listing.ENVIRONMENT: list_environment,
        Listing.HASH: bool(hashed),
    }
    chosen = [listing for listing, wanted in asked.items() if wanted]
    if len(chosen) > 1:
        raise UsageError(f"`--{chosen[0]}` and `--{chosen[1]}` do not go together")
    request = ConfigRequest(
        services=tuple(services or ()),
        project_name=project_name,
        as_json=one_of("--format", form, ("yaml", "json")) == "json",
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
