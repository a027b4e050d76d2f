"""`wtc worktree lock`."""

from wtc.cli.declarations import Argument, Option
from wtc.cli.options import with_target_by_name
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc worktree lock search --reason 'on an external disk'"


@with_target_by_name
def command(
    target: Target,
    name: Annotated[str, Argument(metavar="NAME", help="The worktree, by its folder's name or path.")],
    reason: Annotated[str, Option("--reason", metavar="TEXT", help="The reason, which git shows.")] = "",
) -> None:
    """Lock a worktree: neither git nor `wtc worktree remove`, `move` and `prune` touch it.

    A worktree that is already locked keeps its reason. The lock of a dead process is replaced.
    """
    from wtc.cli.terminal.output import narrate
    from wtc.orchestrator.worktree.lock import lock

    narrate(f"`{lock(target, name, reason=reason)}` is locked")
