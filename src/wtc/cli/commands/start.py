"""`wtc start`."""

from typing import Annotated

import typer

from wtc.cli.options import AsJson, DryRun, Oversubscribe, Quiet, targeted
from wtc.orchestrator.target import Target

EXAMPLES = "Example: wtc start web"


@targeted
def command(
    target: Target,
    services: Annotated[list[str] | None, typer.Argument(metavar="[SERVICE]...")] = None,
    wait_timeout: Annotated[
        float | None, typer.Option("--wait-timeout", metavar="S", help="How long each wait may take, in seconds.")
    ] = None,
    oversubscribe: Oversubscribe = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Start this worktree's containers that do not run, dependencies first. Nothing is made anew."""
    from wtc.cli.lifecycle import carry_out
    from wtc.orchestrator.lifecycle import LifecycleRequest, Verb

    request = LifecycleRequest(
        verb=Verb.START,
        services=tuple(services or ()),
        wait_timeout_s=wait_timeout,
        oversubscribe=oversubscribe,
        dry_run=dry_run,
    )
    carry_out(target, request, as_json=as_json, quiet=quiet)
