"""`wtc restart`."""

from typing import Annotated

import typer

from wtc.cli.options import AsJson, DryRun, Quiet, targeted
from wtc.orchestrator.target import Target

EXAMPLES = "Example: wtc restart web"


@targeted
def command(
    target: Target,
    services: Annotated[list[str] | None, typer.Argument(metavar="[SERVICE]...")] = None,
    timeout: Annotated[
        int | None, typer.Option("--timeout", "-t", metavar="SECONDS", help="How long a container may take to stop.")
    ] = None,
    no_deps: Annotated[bool, typer.Option("--no-deps", help="Leave alone what depends on the services.")] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Stop and start this worktree's containers, and those that are to restart along with them."""
    from wtc.cli.lifecycle import carry_out
    from wtc.orchestrator.lifecycle import LifecycleRequest, Verb

    request = LifecycleRequest(
        verb=Verb.RESTART, services=tuple(services or ()), timeout_s=timeout, no_deps=no_deps, dry_run=dry_run
    )
    carry_out(target, request, as_json=as_json, quiet=quiet)
