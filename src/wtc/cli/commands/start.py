"""`wtc start`."""

from wtc.cli.declarations import Argument, Option
from wtc.cli.options import AsJson, DryRun, Oversubscribe, Quiet, with_target
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc start web"


@with_target
def command(
    target: Target,
    services: Annotated[list[str] | None, Argument(metavar="[SERVICE]...")] = None,
    wait_timeout: Annotated[
        float | None, Option("--wait-timeout", metavar="S", help="Timeout of each wait, in seconds.")
    ] = None,
    oversubscribe: Oversubscribe = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Start this worktree's stopped containers, dependencies first. No container is recreated."""
    from wtc.cli.lifecycle import run_lifecycle
    from wtc.orchestrator.lifecycle import LifecycleRequest, LifecycleVerb

    request = LifecycleRequest(
        verb=LifecycleVerb.START,
        services=tuple(services or ()),
        wait_timeout_s=wait_timeout,
        oversubscribe=oversubscribe,
        dry_run=dry_run,
    )
    run_lifecycle(target, request, as_json=as_json, quiet=quiet)
