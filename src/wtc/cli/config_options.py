"""The options of `wtc config`: one table for Typer and for `fast_config`, which does not import Typer. Pure."""

from typing import NamedTuple


class ConfigOption(NamedTuple):
    """An option. `metavar` is empty for a flag."""

    parameter: str
    """Its name in `show_config`."""
    names: tuple[str, ...]
    help: str
    metavar: str = ""


CONFIG_OPTIONS = (
    ConfigOption("form", ("--format",), "Output format: `yaml` by default, a table for variables.", "yaml|json"),
    ConfigOption("project_name", ("--project-name", "-p"), "Set the project name.", "NAME"),
    ConfigOption("list_services", ("--services",), "Print the service names."),
    ConfigOption("list_volumes", ("--volumes",), "Print the volume names."),
    ConfigOption("list_networks", ("--networks",), "Print the network names."),
    ConfigOption("list_images", ("--images",), "Print the image names."),
    ConfigOption("list_models", ("--models",), "Print the model names."),
    ConfigOption("list_profiles", ("--profiles",), "Print the profile names."),
    ConfigOption("list_variables", ("--variables",), "Print the variables of the file, with their defaults."),
    ConfigOption("list_environment", ("--environment",), "Print the variables used for interpolation."),
    ConfigOption("hashed", ("--hash",), "Print the hash of services; `*` means all.", "SERVICES"),
    ConfigOption("no_interpolate", ("--no-interpolate",), "Do not interpolate variables."),
    ConfigOption("no_normalize", ("--no-normalize",), "Do not add implied values: names, networks, dependencies."),
    ConfigOption("no_path_resolution", ("--no-path-resolution",), "Do not make paths absolute."),
    ConfigOption("no_env_resolution", ("--no-env-resolution",), "No effect, as in Docker Compose 2.40."),
    ConfigOption("no_consistency", ("--no-consistency",), "Do not check that services are consistent."),
    ConfigOption("resolve_image_digests", ("--resolve-image-digests",), "Pin images to their digests."),
    ConfigOption("lock_image_digests", ("--lock-image-digests",), "Print an override file that pins the images."),
    ConfigOption("all_resources", ("--all-resources",), "Keep networks and volumes that no service uses."),
    ConfigOption("quiet", ("--quiet", "-q"), "Only check the file; print errors and warnings."),
    ConfigOption("output", ("--output", "-o"), "Write the output to a file.", "FILE"),
)
"""In the order of `wtc config --help`, after those of `wtc.cli.options`."""
