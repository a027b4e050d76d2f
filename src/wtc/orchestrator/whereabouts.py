"""Where the worktree of a stack is now, for commands that list stacks."""

from enum import StrEnum

from wtc.model.identity import LabelledStack, Presence
from wtc.orchestrator.identify import Repositories, judge, moved_to
from wtc.worktrees.facts import read_path
from wtc.worktrees.identity import UNREADABLE, Verdict, holder_of


class Place(StrEnum):
    """Where a worktree is, seen from its stack's labels."""

    PRESENT = "present"
    MOVED = "moved"
    """Its id is held at another path than the one where the stack was created."""
    FORMER = "former"
    """It is gone, and the path has another worktree now."""
    PRUNABLE = "prunable"
    GONE = "gone"
    UNPROVED = "unproved"
    OTHER_HOST = "other-host"


def place_of(stack: LabelledStack, host: str, repositories: Repositories) -> tuple[Place, str, str]:
    """Where the stack's worktree is, why that is so, and its path now (empty where that is not known)."""
    found = read_path(stack.worktree)
    holds = bool(stack.identity.id) and found.id == stack.identity.id
    if holds or (found.presence is Presence.PRESENT and stack.legacy):
        return Place.PRESENT, "", stack.worktree
    if found.id == UNREADABLE:
        return Place.UNPROVED, "the id of the worktree at its path cannot be read", ""
    if host and stack.identity.host and stack.identity.host != host:
        return Place.OTHER_HOST, "it was created on another host", ""
    recorded = [repositories.of(stack.identity)]
    if holder := holder_of(stack.identity.id, recorded) or moved_to(stack.identity.id, recorded):
        return Place.MOVED, f"its worktree is `{holder}` now", holder
    if not stack.identity.id and found.presence is Presence.PRESENT and found.parents[:1] == stack.identity.parents[:1]:
        return Place.PRESENT, "", stack.worktree
    judged = judge(stack, host, repositories)
    if found.presence is Presence.PRESENT and found.id and judged.verdict is Verdict.GONE:
        return Place.FORMER, "its path has another worktree now", ""
    places = {Verdict.GONE: Place.GONE, Verdict.PRUNABLE: Place.PRUNABLE}
    return places.get(judged.verdict, Place.UNPROVED), judged.reason, ""
