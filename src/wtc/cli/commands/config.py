"""`wtc config`."""

from typing import Annotated

import typer

from wtc.cli.options import with_target
from wtc.cli.render.config import show_config
from wtc.orchestrator.context.target import Target

EXAMPLES = "Example: wtc config --format json"


@with_target
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
    show_config(
        target,
        services=services or (),
        form=form,
        project_name=project_name,
        list_services=list_services,
        list_volumes=list_volumes,
        list_networks=list_networks,
        list_images=list_images,
        list_profiles=list_profiles,
        list_environment=list_environment,
        hashed=hashed,
        no_interpolate=no_interpolate,
        all_resources=all_resources,
        quiet=quiet,
        output=output,
    )
