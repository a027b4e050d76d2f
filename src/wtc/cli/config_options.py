"""The options of `wtc config`: one table for Typer and for `fast_config`, which does not import Typer. Pure."""

from typing import NamedTuple


class ConfigOption(NamedTuple):
    """An option. `metavar` is empty for a flag."""

    parameter: str
    """Its name in `show_config`."""
    names: tuple[str, ...]
    help: str
    metavar: str = ""
    default: str = ""


CONFIG_OPTIONS = (
    ConfigOption("form", ("--format",), "Output format.", "yaml|json", "yaml"),
    ConfigOption("project_name", ("--project-name", "-p"), "Set the project name.", "NAME"),
    ConfigOption("list_services", ("--services",), "Print the service names."),
    ConfigOption("list_volumes", ("--volumes",), "Print the volume names."),
    ConfigOption("list_networks", ("--networks",), "Print the network names."),
    ConfigOption("list_images", ("--images",), "Print the image names."),
    ConfigOption("list_profiles", ("--profiles",), "Print the profile names."),
    ConfigOption("list_environment", ("--environment",), "Print the variables used for interpolation."),
    ConfigOption("hashed", ("--hash",), "Print the hash of services; `*` means all.", "SERVICES"),
    ConfigOption("no_interpolate", ("--no-interpolate",), "Do not interpolate variables."),
    ConfigOption("all_resources", ("--all-resources",), "Keep networks and volumes that no service uses."),
    ConfigOption("quiet", ("--quiet", "-q"), "Only check the file; print errors and warnings."),
    ConfigOption("output", ("--output", "-o"), "Write the output to a file.", "FILE"),
)
"""In the order of `wtc config --help`, after those of `wtc.cli.options`."""
