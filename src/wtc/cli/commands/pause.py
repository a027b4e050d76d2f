"""`wtc pause`."""

from wtc.cli.declarations import Argument
from wtc.cli.options import AsJson, DryRun, Quiet, with_target
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc pause"


@with_target
def command(
    target: Target,
    services: Annotated[list[str] | None, Argument(metavar="[SERVICE]...")] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Pause this worktree's running containers."""
    from wtc.cli.lifecycle import run_lifecycle
    from wtc.orchestrator.lifecycle import LifecycleRequest, LifecycleVerb

    request = LifecycleRequest(verb=LifecycleVerb.PAUSE, services=tuple(services or ()), dry_run=dry_run)
    run_lifecycle(target, request, as_json=as_json, quiet=quiet)
