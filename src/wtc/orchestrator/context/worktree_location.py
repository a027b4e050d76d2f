"""Where the worktree of a stack is now, for commands that list stacks."""

from wtc.model.identity import LabelledStack, Presence, WorktreeLocation
from wtc.orchestrator.context.identify import Repositories, judge_stack, recorded_holder_path
from wtc.worktrees.identity import UNREADABLE, Verdict, find_holder
from wtc.worktrees.identity_facts import read_path


def worktree_location(stack: LabelledStack, host: str, repositories: Repositories) -> tuple[WorktreeLocation, str, str]:
    """Return where the stack's worktree is, the reason, and its current path (empty if that is not known)."""
    found = read_path(stack.worktree)
    holds = bool(stack.identity.id) and found.id == stack.identity.id
    if holds or (found.presence is Presence.PRESENT and stack.legacy):
        return WorktreeLocation.PRESENT, "", stack.worktree
    if found.id == UNREADABLE:
        return WorktreeLocation.UNPROVED, "the id of the worktree at its path cannot be read", ""
    if host and stack.identity.host and stack.identity.host != host:
        return WorktreeLocation.OTHER_HOST, "it was created on another host", ""
    recorded = [repositories.of(stack.identity)]
    if holder := find_holder(stack.identity.id, recorded) or recorded_holder_path(stack.identity.id, recorded):
        return WorktreeLocation.MOVED, f"its worktree is `{holder}` now", holder
    if not stack.identity.id and found.presence is Presence.PRESENT and found.parents[:1] == stack.identity.parents[:1]:
        return WorktreeLocation.PRESENT, "", stack.worktree
    judged = judge_stack(stack, host, repositories)
    if found.presence is Presence.PRESENT and found.id and judged.verdict is Verdict.GONE:
        return WorktreeLocation.FORMER, "its path has another worktree now", ""
    places = {Verdict.GONE: WorktreeLocation.GONE, Verdict.PRUNABLE: WorktreeLocation.PRUNABLE}
    return places.get(judged.verdict, WorktreeLocation.UNPROVED), judged.reason, ""
