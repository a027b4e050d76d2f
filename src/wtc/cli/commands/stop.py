"""`wtc stop`."""

from typing import Annotated

import typer

from wtc.cli.options import AsJson, DryRun, Quiet, targeted
from wtc.orchestrator.target import Target

EXAMPLES = "Example: wtc stop -t 5 web"


@targeted
def command(
    target: Target,
    services: Annotated[list[str] | None, typer.Argument(metavar="[SERVICE]...")] = None,
    timeout: Annotated[
        int | None, typer.Option("--timeout", "-t", metavar="SECONDS", help="How long a container may take to stop.")
    ] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Stop this worktree's containers, dependents first, and keep them."""
    from wtc.cli.lifecycle import carry_out
    from wtc.orchestrator.lifecycle import LifecycleRequest, Verb

    request = LifecycleRequest(verb=Verb.STOP, services=tuple(services or ()), timeout_s=timeout, dry_run=dry_run)
    carry_out(target, request, as_json=as_json, quiet=quiet)
