"""`wtc worktree unlock`."""

from wtc.cli.declarations import Argument
from wtc.cli.options import with_target_by_name
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc worktree unlock search"


@with_target_by_name
def command(
    target: Target,
    name: Annotated[str, Argument(metavar="NAME", help="The worktree, by its folder's name or path.")],
) -> None:
    """Release the lock of a worktree. Succeeds if it is not locked."""
    from wtc.cli.terminal.output import narrate
    from wtc.orchestrator.worktree.lock import unlock

    narrate(f"`{unlock(target, name)}` is not locked")
