"""The options of `wtc config`: one table for Typer and for the fast way, which does without Typer. Pure."""

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
    ConfigOption("form", ("--format",), "How to print it.", "yaml|json", "yaml"),
    ConfigOption("project_name", ("--project-name", "-p"), "The project's name.", "NAME"),
    ConfigOption("list_services", ("--services",), "Print the services' names."),
    ConfigOption("list_volumes", ("--volumes",), "Print the volumes' names."),
    ConfigOption("list_networks", ("--networks",), "Print the networks' names."),
    ConfigOption("list_images", ("--images",), "Print the images' names."),
    ConfigOption("list_profiles", ("--profiles",), "Print the profiles' names."),
    ConfigOption("list_environment", ("--environment",), "Print the variables that the file is read with."),
    ConfigOption("hashed", ("--hash",), "Print the hash of services, `*` for all.", "SERVICES"),
    ConfigOption("no_interpolate", ("--no-interpolate",), "Leave variables as they are."),
    ConfigOption("all_resources", ("--all-resources",), "Keep networks and volumes that no service uses."),
    ConfigOption("quiet", ("--quiet", "-q"), "Check the file, and print only errors and warnings."),
    ConfigOption("output", ("--output", "-o"), "Write it to a file.", "FILE"),
)
"""In the order of `wtc config --help`, after those of `wtc.cli.options`."""
