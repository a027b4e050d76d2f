"""`wtc worktree move`."""

from wtc.cli.declarations import Argument
from wtc.cli.options import Quiet, with_target_by_name
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc worktree move search ../search"


@with_target_by_name
def command(
    target: Target,
    name: Annotated[str, Argument(metavar="NAME", help="The worktree, by its folder's name or path.")],
    to: Annotated[str, Argument(metavar="PATH", help="Its new path, or a folder to move it into.")],
    quiet: Quiet = False,
) -> None:
    """Move a worktree, and print its new path.

    Its stack keeps its namespace, volumes and host ports; the next `wtc up` there recreates the containers that mount
    the old path. git does not move a worktree that is locked or has submodules.
    """
    from wtc.cli.reporting import choose_reporter
    from wtc.cli.terminal.output import print_exact
    from wtc.orchestrator.worktree.move import move

    with choose_reporter(quiet=quiet) as report:
        path = move(target, name, to, report)
    print_exact(f"{path}\n")
