"""`wtc kill`."""

from wtc.cli.declarations import Argument, Option
from wtc.cli.options import AsJson, DryRun, Quiet, with_target
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc kill -s HUP web"


@with_target
def command(
    target: Target,
    services: Annotated[list[str] | None, Argument(metavar="[SERVICE]...")] = None,
    signal: Annotated[
        str, Option("--signal", "-s", metavar="SIGNAL", help="The signal, by name or number.")
    ] = "SIGKILL",
    remove_orphans: Annotated[bool, Option("--remove-orphans", hidden=True)] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Send a signal to this worktree's running containers.

    Without SERVICE, also to the containers of services that the file no longer has.
    """
    from wtc.cli.lifecycle import run_lifecycle
    from wtc.orchestrator.lifecycle import LifecycleRequest, LifecycleVerb

    del remove_orphans  # without names, orphans get the signal anyway, as with Docker Compose
    request = LifecycleRequest(verb=LifecycleVerb.KILL, services=tuple(services or ()), signal=signal, dry_run=dry_run)
    run_lifecycle(target, request, as_json=as_json, quiet=quiet)
