"""`wtc config`."""

from typing import Annotated, Any

import typer

from wtc.cli.config_options import CONFIG_OPTIONS, ConfigOption
from wtc.cli.options import with_target_and
from wtc.cli.render.config import show_config
from wtc.orchestrator.context.target import Target

EXAMPLES = "Example: wtc config --format json"


def _declared(option: ConfigOption) -> tuple[Any, Any]:
    """Return annotation and default, as Typer reads them."""
    if option.metavar:
        declared = typer.Option(*option.names, metavar=option.metavar, help=option.help)
        return Annotated[str, declared], ""
    return Annotated[bool, typer.Option(*option.names, help=option.help)], False


@with_target_and({option.parameter: _declared(option) for option in CONFIG_OPTIONS})
def command(
    target: Target,
    services: Annotated[list[str] | None, typer.Argument(metavar="[SERVICE]...")] = None,
    **options: Any,
) -> None:
    """Print the compose file as interpreted, exactly as `docker compose config` prints it."""
    show_config(target, services=services or (), **options)
