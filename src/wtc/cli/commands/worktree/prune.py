"""`wtc worktree prune`."""

import sys
from collections.abc import Sequence

from wtc.cli.declarations import Option
from wtc.cli.options import DryRun, Quiet, with_target_by_name
from wtc.errors import InterruptedByUserError, UsageError
from wtc.orchestrator.context.target import Target
from wtc.static_typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    from wtc.orchestrator.worktree.prune import Prunable

EXAMPLES = "Example: wtc worktree prune --dry-run"


@with_target_by_name
def command(
    target: Target,
    dry_run: DryRun = False,
    yes: Annotated[bool, Option("--yes", "-y", help="Remove all of it without asking.")] = False,
    quiet: Quiet = False,
) -> None:
    """Remove git's entries of worktrees whose folder is gone, and what is left of their stacks, VOLUMES included.

    It prints what it would remove, and asks. Locked worktrees stay, and branches too. A worktree that was moved by hand
    looks the same: `git worktree repair PATH` gives git its new path.
    """
    from wtc.cli.reporting import choose_reporter, stop_on_signal
    from wtc.cli.terminal.output import narrate
    from wtc.orchestrator.worktree.prune import prunable, prune

    with stop_on_signal() as stop:
        with choose_reporter(quiet=True) as report:
            found = prunable(target, report)
        _show(found)
        if not found:
            narrate("nothing to prune")
        elif not dry_run:
            if not yes:
                _confirm()
            with choose_reporter(quiet=quiet) as report:
                prune(target, found, report, stop)


def _show(found: "Sequence[Prunable]") -> None:
    from wtc.cli.render.up import show_plans
    from wtc.cli.terminal.output import narrate

    for one in found:
        narrate(
            f"worktree `{one.entry.path}` is gone" + (f" (branch `{one.entry.branch}`)" if one.entry.branch else "")
        )
        for each in one.found.left:
            narrate(f"stack `{each.stack.namespace}` is kept: {each.why}")
    if plans := tuple(cleaning.plan for one in found for cleaning in one.found.cleanings):
        show_plans(plans)


def _confirm() -> None:
    """Ask the user: a worktree that was moved by hand looks gone too, and still needs its entry and stack."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "`worktree prune` asks before it removes, and needs a terminal for it",
            hints=[
                "to see what it would remove, run `wtc worktree prune --dry-run`",
                "to remove it without asking, run `wtc worktree prune --yes`",
            ],
        )
    from typer import confirm

    if not confirm("Remove all of this, volumes and their data included?", err=True):
        raise InterruptedByUserError("nothing was removed")
