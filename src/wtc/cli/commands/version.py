"""`wtc version`."""

import sys

from wtc import __version__
from wtc.cli.command_table import VERSION
from wtc.cli.declarations import Option
from wtc.cli.options import AsJson, require_exclusive, require_one_of, without_target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc version --short"


@without_target
def command(
    form: Annotated[str, Option("--format", "-f", metavar="pretty|json", help="Output format.")] = "pretty",
    short: Annotated[bool, Option("--short", help="Print only the number.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print the version of wtc."""
    as_json = require_one_of("--format", form, ("pretty", "json")) == "json" or as_json
    require_exclusive({"--short": short, "--json": as_json})
    if as_json:
        from wtc.cli.terminal.output import print_json

        print_json({"version": __version__})
    else:
        sys.stdout.write(f"{__version__ if short else VERSION}\n")
