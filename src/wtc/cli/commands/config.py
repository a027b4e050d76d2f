"""`wtc config`."""

from typing import Annotated

from wtc.cli.declarations import Argument, Option
from wtc.cli.options import with_target
from wtc.orchestrator.context.target import Target

EXAMPLES = "Example: wtc config --format json"


@with_target
def command(
    target: Target,
    services: Annotated[list[str] | None, Argument(metavar="[SERVICE]...")] = None,
    form: Annotated[str, Option("--format", metavar="yaml|json", help="Output format.")] = "yaml",
    project_name: Annotated[str, Option("--project-name", "-p", metavar="NAME", help="Set the project name.")] = "",
    list_services: Annotated[bool, Option("--services", help="Print the service names.")] = False,
    list_volumes: Annotated[bool, Option("--volumes", help="Print the volume names.")] = False,
    list_networks: Annotated[bool, Option("--networks", help="Print the network names.")] = False,
    list_images: Annotated[bool, Option("--images", help="Print the image names.")] = False,
    list_profiles: Annotated[bool, Option("--profiles", help="Print the profile names.")] = False,
    list_environment: Annotated[
        bool, Option("--environment", help="Print the variables used for interpolation.")
    ] = False,
    hashed: Annotated[
        str, Option("--hash", metavar="SERVICES", help="Print the hash of services; `*` means all.")
    ] = "",
    no_interpolate: Annotated[bool, Option("--no-interpolate", help="Do not interpolate variables.")] = False,
    all_resources: Annotated[
        bool, Option("--all-resources", help="Keep networks and volumes that no service uses.")
    ] = False,
    quiet: Annotated[bool, Option("--quiet", "-q", help="Only check the file; print errors and warnings.")] = False,
    output: Annotated[str, Option("--output", "-o", metavar="FILE", help="Write the output to a file.")] = "",
) -> None:
    """Print the compose file as interpreted, exactly as `docker compose config` prints it."""
    from wtc.cli.render.config import show_config

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
