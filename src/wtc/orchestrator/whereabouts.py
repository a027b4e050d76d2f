"""Where the worktree of a stack is now, for commands that list stacks."""

from enum import StrEnum

from wtc.model.identity import LabelledStack, Presence
from wtc.orchestrator.identify import holder_of, judge, repository_of
from wtc.worktrees.facts import read_path
from wtc.worktrees.identity import Verdict


class Place(StrEnum):
    """Where a worktree is, seen from its stack's labels."""

    PRESENT = "present"
    MOVED = "moved"
    """Its id is held at another path than the one where the stack was created."""
    FORMER = "former"
    """The path has another worktree now."""
    PRUNABLE = "prunable"
    GONE = "gone"
    UNPROVED = "unproved"
    OTHER_HOST = "other-host"


def place_of(stack: LabelledStack, host: str) -> tuple[Place, str, str]:
    """Where the stack's worktree is, why that is so, and its path now (empty where that is not known)."""
    found = read_path(stack.worktree)
    holds = bool(stack.identity.id) and found.id == stack.identity.id
    if holds or (found.presence is Presence.PRESENT and stack.legacy):
        return Place.PRESENT, "", stack.worktree
    if stack.identity.host and stack.identity.host != host:
        return Place.OTHER_HOST, "it was created on another host", ""
    if holder := holder_of(stack.identity.id, [repository_of(stack.identity)]):
        return Place.MOVED, f"its worktree is `{holder}` now", holder
    if not stack.identity.id and found.presence is Presence.PRESENT and found.parents[:1] == stack.identity.parents[:1]:
        return Place.PRESENT, "", stack.worktree
    if found.presence is Presence.PRESENT and found.id:
        return Place.FORMER, "its path has another worktree now", ""
    judged = judge(stack, host)
    places = {Verdict.GONE: Place.GONE, Verdict.PRUNABLE: Place.PRUNABLE}
    return places.get(judged.verdict, Place.UNPROVED), judged.reason, ""
