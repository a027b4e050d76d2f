"""`wtc down`."""

from wtc.cli.declarations import Argument, Option
from wtc.cli.options import AsJson, DryRun, Quiet, Timeout, with_target
from wtc.dataclass import replace
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc down -t 5"


@with_target
def command(
    target: Target,
    services: Annotated[list[str] | None, Argument(metavar="[SERVICE]...")] = None,
    timeout: Timeout = None,
    remove_orphans: Annotated[bool, Option("--remove-orphans", hidden=True)] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Stop and remove this worktree's containers and networks. Volumes and host ports are kept.

    Without SERVICE, also remove the containers of services that the file no longer has.
    """
    from wtc.cli.render.up import changes_document, show_plans
    from wtc.cli.reporting import choose_reporter, stop_on_signal
    from wtc.cli.terminal.output import narrate, print_json
    from wtc.orchestrator.down import DownRequest, down

    del remove_orphans  # without names, orphans are removed anyway
    target = replace(target, by_branch=False)
    request = DownRequest(services=tuple(services or ()), timeout_s=timeout, dry_run=dry_run)
    with stop_on_signal() as stop, choose_reporter(quiet=quiet or dry_run) as report:
        result = down(target, request, report, stop)
    if as_json:
        print_json(changes_document(result.namespace, [result.plan], dry_run=dry_run))
    elif dry_run:
        show_plans((result.plan,))
    elif not result.plan and not quiet:
        narrate(f"nothing to remove for `{result.namespace.name}`")
