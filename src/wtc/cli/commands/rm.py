"""`wtc rm`."""

from collections.abc import Sequence

from wtc.cli.declarations import Argument, Option
from wtc.cli.options import AsJson, DryRun, Quiet, with_target_by_file
from wtc.dataclass import replace
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc rm -fs web"


@with_target_by_file
def command(
    target: Target,
    services: Annotated[list[str] | None, Argument(metavar="[SERVICE]...")] = None,
    force: Annotated[bool, Option("--force", "-f", help="Do not ask.")] = False,
    stops: Annotated[bool, Option("--stop", "-s", help="Stop the containers first.")] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Remove this worktree's stopped containers. Networks, volumes and host ports are kept."""
    from wtc.cli.render.up import changes_document, show_plans
    from wtc.cli.reporting import choose_reporter, stop_on_signal
    from wtc.cli.terminal.output import narrate, print_json
    from wtc.orchestrator.rm import RmRequest, rm

    # A command that removes something never takes a branch for a worktree.
    target = replace(target, by_branch=False)
    request = RmRequest(services=tuple(services or ()), stops=stops, dry_run=dry_run)
    report = choose_reporter(quiet=quiet or dry_run)
    with stop_on_signal() as stop, report as reporter:
        result = rm(target, request, reporter, stop, confirm=lambda names: force or _confirmed(names))
    if as_json:
        print_json(changes_document(result.namespace, [result.plan], dry_run=dry_run))
    elif dry_run:
        show_plans((result.plan,))
    elif not result.plan and not quiet:
        narrate(
            f"`{result.namespace.name}` has no stopped containers of these services"
            if services
            else f"`{result.namespace.name}` has no stopped containers"
        )


def _confirmed(names: Sequence[str]) -> bool:
    from wtc.cli.terminal.confirm import confirm

    return confirm(
        f"Remove {', '.join(names)}?",
        refused="`rm` removes containers, and needs a terminal to ask first",
        hints=["to see what it would remove, run `wtc rm --dry-run`", "to remove it, run `wtc rm --force`"],
    )
