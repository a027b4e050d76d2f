"""The cell of a table that shows where a stack's worktree is. Pure."""

from wtc.model.identity import WorktreeLocation
from wtc.orchestrator.ps import StackSummary


def worktree_cell(stack: StackSummary, path: str) -> str:
    """Return the path, with a mark such as `(gone)` if the worktree is not where the stack was created."""
    return path if stack.place is WorktreeLocation.PRESENT else f"{path} ({stack.place.replace('-', ' ')})"
