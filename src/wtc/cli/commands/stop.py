"""`wtc stop`."""

from wtc.cli.declarations import Argument
from wtc.cli.options import AsJson, DryRun, Quiet, Timeout, with_target
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc stop -t 5 web"


@with_target
def command(
    target: Target,
    services: Annotated[list[str] | None, Argument(metavar="[SERVICE]...")] = None,
    timeout: Timeout = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Stop this worktree's containers, dependents first, without removing them."""
    from wtc.cli.lifecycle import run_lifecycle
    from wtc.orchestrator.lifecycle import LifecycleRequest, LifecycleVerb

    request = LifecycleRequest(
        verb=LifecycleVerb.STOP, services=tuple(services or ()), timeout_s=timeout, dry_run=dry_run
    )
    run_lifecycle(target, request, as_json=as_json, quiet=quiet)
