"""`wtc unpause`."""

from typing import Annotated

import typer

from wtc.cli.options import AsJson, DryRun, Quiet, targeted
from wtc.orchestrator.target import Target

EXAMPLES = "Example: wtc unpause"


@targeted
def command(
    target: Target,
    services: Annotated[list[str] | None, typer.Argument(metavar="[SERVICE]...")] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Let this worktree's frozen containers go on."""
    from wtc.cli.lifecycle import carry_out
    from wtc.orchestrator.lifecycle import LifecycleRequest, Verb

    request = LifecycleRequest(verb=Verb.UNPAUSE, services=tuple(services or ()), dry_run=dry_run)
    carry_out(target, request, as_json=as_json, quiet=quiet)
