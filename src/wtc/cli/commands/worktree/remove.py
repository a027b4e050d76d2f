"""`wtc worktree remove`."""

import sys
from collections.abc import Sequence

from wtc.cli.declarations import Argument, Option
from wtc.cli.options import Quiet, with_target_by_name
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc worktree remove search --delete-branch"


@with_target_by_name
def command(
    target: Target,
    name: Annotated[str, Argument(metavar="NAME", help="The worktree, by its folder's name or path.")],
    delete_branch: Annotated[
        bool, Option("--delete-branch", help="Delete its branch too, if it is merged (or with `--force`).")
    ] = False,
    force: Annotated[
        bool, Option("--force", help="Even if changes are not committed, or it is locked or has submodules.")
    ] = False,
    yes: Annotated[bool, Option("--yes", "-y", help="Remove the stack's volumes without asking.")] = False,
    quiet: Quiet = False,
) -> None:
    """Remove a worktree, then its stack. If git does not remove the worktree, the stack is kept.

    Volumes are removed only if you confirm it or pass `-y`. If git refuses, running containers are started again.
    """
    from wtc.cli.reporting import choose_reporter, stop_on_signal
    from wtc.cli.terminal.output import narrate
    from wtc.orchestrator.worktree.remove import removable, remove

    with stop_on_signal() as stop:
        with choose_reporter(quiet=True) as report:
            chosen = removable(target, name, report, force=force)
        with_volumes = yes or (bool(chosen.volumes) and _confirmed(chosen.volumes))
        with choose_reporter(quiet=quiet) as report:
            remove(chosen, report, stop, with_volumes=with_volumes, with_branch=delete_branch)
    if not quiet:
        detached = "" if chosen.entry.branch else f"; its HEAD was at `{chosen.entry.commit}`"
        narrate(f"worktree `{chosen.entry.path}` removed{detached}")
    if chosen.volumes and not with_volumes:
        narrate(f"its volumes are kept: {', '.join(f'`{volume}`' for volume in chosen.volumes)}")
        narrate("hint: to find and remove them, run `wtc clean --gone`")


def _confirmed(volumes: Sequence[str]) -> bool:
    """Ask the user; without a terminal, return False to keep the volumes."""
    from wtc.cli.terminal.output import narrate

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    narrate(f"volumes of its stack: {', '.join(volumes)}")
    from typer import confirm

    return confirm("Remove them and their data too?", err=True)
