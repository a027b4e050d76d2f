"""`wtc restart`."""

from wtc.cli.declarations import Argument, Option
from wtc.cli.options import AsJson, DryRun, Quiet, Timeout, with_target
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc restart web"


@with_target
def command(
    target: Target,
    services: Annotated[list[str] | None, Argument(metavar="[SERVICE]...")] = None,
    timeout: Timeout = None,
    no_deps: Annotated[bool, Option("--no-deps", help="Do not restart dependent services.")] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Restart this worktree's containers, and those of services that `depends_on` restarts with them."""
    from wtc.cli.lifecycle import run_lifecycle
    from wtc.orchestrator.lifecycle import LifecycleRequest, LifecycleVerb

    request = LifecycleRequest(
        verb=LifecycleVerb.RESTART, services=tuple(services or ()), timeout_s=timeout, no_deps=no_deps, dry_run=dry_run
    )
    run_lifecycle(target, request, as_json=as_json, quiet=quiet)
